import { Button, Group, Modal } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemView } from './ProblemView.tsx';

interface Props {
  readonly title: string;
  /** Exactly what will happen. */
  readonly children: ReactNode;
  /** The act as a verb, never *OK*. */
  readonly act: string;
  readonly isDestructive?: boolean;
  readonly isDisabled?: boolean;
  readonly onAct: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Says what will happen before it happens; stays open with the reason where the site refuses. */
export function ConfirmAct(props: Props) {
  const { t } = useTranslation();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    try {
      await props.onAct();
      props.onClose();
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      size="md"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className="tk-stack">
        {props.children}
        {error === undefined ? null : <ProblemView error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            color={props.isDestructive ? 'red' : 'kikyo'}
            loading={isBusy}
            disabled={props.isDisabled ?? false}
            onClick={() => void act()}
          >
            {props.act}
          </Button>
        </Group>
      </div>
    </Modal>
  );
}
