import { Button, Group, Modal, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemList } from './ProblemList.tsx';
import { ProblemView } from './ProblemView.tsx';

interface Props {
  readonly title: string;
  /** Exactly what will happen. */
  readonly children: ReactNode;
  /** The act as a verb, never *OK*. */
  readonly act: string;
  readonly isDestructive?: boolean;
  readonly isDisabled?: boolean;
  /** Where data are lost: the name that must be typed before the act can be done. */
  readonly typed?: string;
  /** What follows the act is shown in the same place. */
  readonly staysOpen?: boolean;
  readonly size?: 'md' | 'lg' | 'xl';
  /** Of a form: the name of a field as it shows it, for what the site refuses field by field. */
  readonly labelOf?: (field: string) => string;
  readonly onAct: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Says what will happen before it happens; stays open with the reason where the site refuses. */
export function ConfirmAct(props: Props) {
  const { t } = useTranslation();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [text, setText] = useState('');
  const isUntyped = props.typed !== undefined && text !== props.typed;
  const act = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await props.onAct();
      if (!props.staysOpen) props.onClose();
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
      size={props.size ?? 'md'}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className="tk-stack">
        {props.children}
        {props.typed === undefined ? null : (
          <TextInput
            label={t('common.typeName', { name: props.typed })}
            value={text}
            autoComplete="off"
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        {error === undefined ? null : (
          <div ref={intoView}>
            {props.labelOf ? (
              <ProblemList error={error} labelOf={props.labelOf} />
            ) : (
              <ProblemView error={error} />
            )}
          </div>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            color={props.isDestructive ? 'danger' : 'kikyo'}
            loading={isBusy}
            disabled={isUntyped || (props.isDisabled ?? false)}
            onClick={() => void act()}
          >
            {props.act}
          </Button>
        </Group>
      </div>
    </Modal>
  );
}

/** In a long form the reason would stand below what is seen. */
const intoView = (node: HTMLElement | null) => node?.scrollIntoView({ block: 'nearest' });
