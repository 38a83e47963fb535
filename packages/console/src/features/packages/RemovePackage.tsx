import { useNavigate } from '@tanstack/react-router';
import type { PackageDetail } from '@tenkai/protocol/api/packages.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useRemovePackage } from './packages.queries.ts';

interface Props {
  readonly detail: PackageDetail;
  readonly onClose: () => void;
}

export function RemovePackage({ detail, onClose }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const navigate = useNavigate();
  const remove = useRemovePackage();
  return (
    <ConfirmAct
      title={t('packages.removeTitle', { name: detail.displayName })}
      act={t('common.delete')}
      isDestructive
      typed={detail.id}
      onAct={async () => {
        await remove.mutateAsync(detail.id);
        await navigate({ to: '/packages' });
      }}
      onClose={onClose}
    >
      <p>
        {t('packages.removeText', {
          revisions: detail.changes.length,
          size: formats.bytes(detail.contentBytes),
        })}
      </p>
    </ConfirmAct>
  );
}
