import { Modal, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { SecretOnce } from '../../ui/SecretOnce.tsx';
import { useCreateTicket } from './enrollment.queries.ts';

const mostUses = 200_000;
const longestHours = 8760;
const firstHours = 24;

/** Makes a ticket, then shows once what the agent's installation needs. */
export function NewTicket({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const create = useCreateTicket();
  const [name, setName] = useState('');
  const [maxUses, setMaxUses] = useState(1);
  const [validHours, setValidHours] = useState(firstHours);
  if (create.data) {
    return (
      <Modal
        opened
        onClose={onClose}
        size="lg"
        title={t('enrollment.newTicket')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <div className="tk-stack">
          <SecretOnce label={t('enrollment.secret')} secret={create.data.secret} />
          <SecretOnce label={t('enrollment.rootFingerprint')} secret={create.data.rootFingerprint} />
          <SecretOnce label={t('enrollment.command')} secret={enrollCommand(create.data.rootFingerprint)} />
        </div>
      </Modal>
    );
  }
  return (
    <ConfirmAct
      title={t('enrollment.newTicket')}
      act={t('enrollment.makeTicket')}
      isDisabled={name.trim() === ''}
      staysOpen
      onAct={() => create.mutateAsync({ name: name.trim(), maxUses, validHours })}
      onClose={onClose}
    >
      <TextInput
        label={t('common.name')}
        data-autofocus
        maxLength={127}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NumberInput
        label={t('enrollment.maxUses')}
        min={1}
        max={mostUses}
        value={maxUses}
        onChange={(value) => setMaxUses(Number(value) || 1)}
      />
      <NumberInput
        label={t('enrollment.validHours')}
        min={1}
        max={longestHours}
        value={validHours}
        onChange={(value) => setValidHours(Number(value) || 1)}
      />
    </ConfirmAct>
  );
}

/** The ticket goes by a file: arguments of a command can be seen by every user of the machine. */
function enrollCommand(rootFingerprint: string): string {
  return `tenkai-agent enroll --server ${location.origin} --root-fingerprint ${rootFingerprint} --ticket-file ticket.txt`;
}
