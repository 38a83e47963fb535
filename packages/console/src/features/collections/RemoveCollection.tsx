import { useNavigate } from '@tanstack/react-router';
import type { CollectionRow } from '@tenkai/protocol/api/collections.ts';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useRemoveCollection } from './collections.queries.ts';

interface Props {
  readonly collection: CollectionRow;
  readonly onClose: () => void;
}

export function RemoveCollection({ collection, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const remove = useRemoveCollection();
  return (
    <ConfirmAct
      title={t('collections.removeTitle', { name: collection.name })}
      act={t('common.delete')}
      isDestructive
      onAct={async () => {
        await remove.mutateAsync(collection.id);
        await navigate({ to: '/collections' });
      }}
      onClose={onClose}
    >
      <p>{t('collections.removeText', { count: collection.memberCount })}</p>
    </ConfirmAct>
  );
}
