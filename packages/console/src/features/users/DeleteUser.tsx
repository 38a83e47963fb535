import type { UserView } from '@tenkai/protocol/api/users.ts';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useDeleteUser } from './users.queries.ts';

interface Props {
  readonly user: UserView;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

export function DeleteUser({ user, onDeleted, onClose }: Props) {
  const { t } = useTranslation();
  const remove = useDeleteUser(user.id);
  return (
    <ConfirmAct
      title={t('users.deleteTitle', { name: user.name })}
      act={t('common.delete')}
      isDestructive
      onAct={async () => {
        await remove.mutateAsync();
        onDeleted();
      }}
      onClose={onClose}
    >
      <p>{t('users.deleteText')}</p>
    </ConfirmAct>
  );
}
