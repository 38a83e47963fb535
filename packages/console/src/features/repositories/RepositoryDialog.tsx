import { Switch, Textarea, TextInput } from '@mantine/core';
import type { RepositoryRow, RepositorySettings } from '@tenkai/protocol/api/repositories.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { GateFields } from './GateFields.tsx';
import { PullScheduleFields } from './PullScheduleFields.tsx';
import { useCreateRepository, useUpdateRepository } from './repositories.queries.ts';

interface Props {
  /** Undefined: a new one. */
  readonly row: RepositoryRow | undefined;
  readonly onClose: () => void;
}

const newSettings: RepositorySettings = {
  url: '',
  fingerprint: '',
  ca: null,
  schedule: { kind: 'interval', minutes: 60 },
  gate: { kind: 'hold' },
  isEnabled: true,
};

function settingsOf(row: RepositoryRow): RepositorySettings {
  const { url, fingerprint, ca, schedule, gate, isEnabled } = row;
  return { url, fingerprint, ca, schedule, gate, isEnabled };
}

export function RepositoryDialog({ row, onClose }: Props) {
  const { t } = useTranslation();
  const create = useCreateRepository();
  const update = useUpdateRepository(row?.id ?? '');
  const [name, setName] = useState('');
  const [settings, setSettings] = useState(() => (row ? settingsOf(row) : newSettings));
  const change = (part: Partial<RepositorySettings>) => setSettings((before) => ({ ...before, ...part }));
  const fingerprint = settings.fingerprint.replace(/[\s:]/g, '').toLowerCase();
  const whole = { ...settings, fingerprint };
  const isComplete = settings.url.trim() !== '' && /^[0-9a-f]{64}$/.test(fingerprint);
  return (
    <ConfirmAct
      title={row ? row.name : t('repositories.new')}
      act={t('common.save')}
      size="lg"
      isDisabled={!isComplete || (!row && name.trim() === '')}
      onAct={() =>
        row
          ? update.mutateAsync({ ...whole, revision: row.revision })
          : create.mutateAsync({ ...whole, name: name.trim() })
      }
      onClose={onClose}
    >
      {row ? null : (
        <TextInput
          label={t('common.name')}
          description={t('repositories.nameText')}
          maxLength={63}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <TextInput
        label={t('repositories.url')}
        description={t('repositories.urlText')}
        placeholder="https://packages.example.test/tenkai"
        maxLength={1024}
        value={settings.url}
        onChange={(event) => change({ url: event.currentTarget.value })}
      />
      <TextInput
        label={t('repositories.fingerprint')}
        description={t('repositories.fingerprintText')}
        maxLength={200}
        value={settings.fingerprint}
        onChange={(event) => change({ fingerprint: event.currentTarget.value })}
      />
      <PullScheduleFields schedule={settings.schedule} onChange={(schedule) => change({ schedule })} />
      <GateFields gate={settings.gate} onChange={(gate) => change({ gate })} />
      <Textarea
        label={`${t('repositories.ca')} (${t('common.optional')})`}
        description={t('repositories.caText')}
        maxLength={65_536}
        rows={3}
        value={settings.ca ?? ''}
        onChange={(event) => change({ ca: event.currentTarget.value || null })}
      />
      <Switch
        label={t('repositories.isEnabled')}
        checked={settings.isEnabled}
        onChange={(event) => change({ isEnabled: event.currentTarget.checked })}
      />
    </ConfirmAct>
  );
}
