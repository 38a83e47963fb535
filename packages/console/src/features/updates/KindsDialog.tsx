import { Modal } from '@mantine/core';
import { updateKinds } from '@tenkai/domain/update/update-kinds.ts';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../i18n/language.ts';

/** What kinds of updates there are (HOTFIX-28). */
export function KindsDialog({ onClose }: { readonly onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('updates.kinds')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <dl>
        {updateKinds.map(({ key, packageType, [language]: { name, text } }) => (
          <div key={key}>
            <dt>
              <strong>{name}</strong> <span className="tk-muted">{t(`packages.types.${packageType}`)}</span>
            </dt>
            <dd style={{ marginInlineStart: 0, marginBlockEnd: 'var(--mantine-spacing-sm)' }}>{text}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
