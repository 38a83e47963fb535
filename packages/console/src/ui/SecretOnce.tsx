import { Button, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly label: string;
  readonly secret: string;
}

/** A secret that is shown this once, to be copied. */
export function SecretOnce({ label, secret }: Props) {
  const { t } = useTranslation();
  return (
    <div className="tk-stack" style={{ gap: 6 }}>
      <span>{label}</span>
      <code className="tk-log" data-secret>
        {secret}
      </code>
      <CopyButton value={secret}>
        {({ copied, copy }) => (
          <div>
            <Button
              size="xs"
              variant="default"
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              onClick={copy}
            >
              {copied ? t('common.copied') : t('common.copy')}
            </Button>
          </div>
        )}
      </CopyButton>
    </div>
  );
}
