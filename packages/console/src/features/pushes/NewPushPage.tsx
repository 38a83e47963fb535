import { Button, Checkbox, NumberInput, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { IconListCheck, IconUpload } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { readHostList } from '@tenkai/domain/push/host-list.ts';
import type { HostKeyPolicy } from '@tenkai/protocol/api/pushes.ts';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { ProblemList } from '../../ui/ProblemList.tsx';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { CheckedHosts } from './CheckedHosts.tsx';
import { CredentialFields, credentialsOf, noCredentials } from './CredentialFields.tsx';
import { useCheckHosts, useCreatePush, usePushKeys } from './pushes.queries.ts';
import { SiteKeys } from './SiteKeys.tsx';

/** What a push needs, in the order in which it is used: machines, how to sign in, whom to believe, what to install. */
export function NewPushPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [settings, setSettings] = useState(firstSettings);
  const [given, setGiven] = useState(noCredentials);
  const check = useCheckHosts();
  const create = useCreatePush();
  const keys = usePushKeys();
  const set = (part: Partial<Settings>) => setSettings((before) => ({ ...before, ...part }));
  const hosts = readHostList(text);
  const credentials = credentialsOf(given);
  const lacksKey = given.kind === 'site-key' && keys.data?.items.length === 0;
  const isComplete =
    hosts.length > 0 && credentials !== undefined && !lacksKey && settings.user.trim() !== '';
  const begin = async () => {
    if (!credentials) return;
    const user = settings.user.trim();
    const { id } = await create.mutateAsync({ ...settings, user, hosts, credentials });
    await navigate({ to: '/machines/pushes/$pushId', params: { pushId: id } });
  };
  return (
    <div className="tk-page">
      <PageHeader title={t('pushes.new')} trail={<Link to="/machines/pushes">{t('pushes.title')}</Link>} />
      <section className="tk-panel">
        <h2>{t('pushes.steps.machines')}</h2>
        <div className="tk-panel-body tk-stack">
          <Textarea
            label={t('pushes.fields.hosts')}
            description={t('pushes.hostsText')}
            placeholder={'web-1.example\ndeploy@10.0.0.5:2222\n[2001:db8::5]:22'}
            autosize
            minRows={4}
            maxRows={14}
            maxLength={400_000}
            spellCheck={false}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              check.reset();
            }}
          />
          <div className="tk-row">
            <Button
              variant="default"
              leftSection={<IconListCheck size={16} />}
              disabled={hosts.length === 0}
              loading={check.isPending}
              onClick={() => check.mutate(hosts)}
            >
              {t('pushes.check')}
            </Button>
            <span className="tk-muted">{t('pushes.named', { count: hosts.length })}</span>
          </div>
          {check.error ? <ProblemView error={check.error} /> : null}
          {check.data ? <CheckedHosts checked={check.data} /> : null}
          <Checkbox
            label={t('pushes.fields.includesManaged')}
            checked={settings.includesManaged}
            onChange={(event) => set({ includesManaged: event.currentTarget.checked })}
          />
        </div>
      </section>
      <section className="tk-panel">
        <h2>{t('pushes.steps.signIn')}</h2>
        <div className="tk-panel-body tk-stack">
          <TextInput
            label={t('pushes.fields.user')}
            description={t('pushes.userText')}
            maxLength={32}
            maw={320}
            value={settings.user}
            onChange={(event) => set({ user: event.currentTarget.value })}
          />
          <CredentialFields given={given} onChange={setGiven} />
        </div>
      </section>
      {given.kind === 'site-key' ? <SiteKeys /> : null}
      <HostKeySection settings={settings} onChange={set} />
      <RestSection settings={settings} onChange={set} />
      {create.error ? <ProblemList error={create.error} labelOf={labelOf(t, hosts)} /> : null}
      <div className="tk-row">
        <Button
          leftSection={<IconUpload size={16} />}
          disabled={!isComplete}
          loading={create.isPending}
          onClick={() => void begin().catch(() => undefined)}
        >
          {t('pushes.begin', { count: hosts.length })}
        </Button>
        <span className="tk-muted">{t('pushes.beginText')}</span>
      </div>
    </div>
  );
}

interface Settings {
  readonly user: string;
  readonly hostKeys: HostKeyPolicy;
  readonly knownHosts: string;
  readonly managementPoint: string;
  readonly parallel: number;
  readonly retries: number;
  readonly includesManaged: boolean;
}

const firstSettings: Settings = {
  user: 'root',
  hostKeys: 'ask',
  knownHosts: '',
  managementPoint: location.origin,
  parallel: 8,
  retries: 2,
  includesManaged: false,
};

interface SectionProps {
  readonly settings: Settings;
  readonly onChange: (part: Partial<Settings>) => void;
}

function HostKeySection({ settings, onChange }: SectionProps) {
  const { t } = useTranslation();
  return (
    <section className="tk-panel">
      <h2>{t('pushes.steps.hostKeys')}</h2>
      <div className="tk-panel-body tk-stack">
        <Radio.Group
          label={t('pushes.policy')}
          value={settings.hostKeys}
          onChange={(value) => onChange({ hostKeys: value as HostKeyPolicy })}
        >
          <Stack gap={6} mt={6}>
            {(['ask', 'accept-new'] as const).map((value) => (
              <Radio
                key={value}
                value={value}
                label={t(`pushes.policies.${value}`)}
                description={t(`pushes.policyTexts.${value}`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Textarea
          label={`${t('pushes.fields.knownHosts')} (${t('common.optional')})`}
          description={t('pushes.knownHostsText')}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={262_144}
          spellCheck={false}
          value={settings.knownHosts}
          onChange={(event) => onChange({ knownHosts: event.currentTarget.value })}
        />
      </div>
    </section>
  );
}

function RestSection({ settings, onChange }: SectionProps) {
  const { t } = useTranslation();
  return (
    <section className="tk-panel">
      <h2>{t('pushes.steps.rest')}</h2>
      <div className="tk-panel-body tk-stack">
        <TextInput
          label={t('pushes.fields.managementPoint')}
          description={t('pushes.managementPointText')}
          maxLength={1024}
          maw={460}
          value={settings.managementPoint}
          onChange={(event) => onChange({ managementPoint: event.currentTarget.value.trim() })}
        />
        <NumberInput
          label={t('pushes.fields.parallel')}
          min={1}
          max={32}
          allowDecimal={false}
          maw={220}
          value={settings.parallel}
          onChange={(value) => onChange({ parallel: Number(value) || 1 })}
        />
        <NumberInput
          label={t('pushes.fields.retries')}
          min={0}
          max={10}
          allowDecimal={false}
          maw={220}
          value={settings.retries}
          onChange={(value) => onChange({ retries: Number(value) || 0 })}
        />
      </div>
    </section>
  );
}

/** A place in the list by the host that stands there. */
const labelOf = (t: TFunction, hosts: readonly string[]) => (field: string) => {
  const index = /^hosts\[(\d+)\]$/.exec(field)?.[1];
  if (index !== undefined) return hosts[Number(index)] ?? field;
  return field === 'user' ? t('pushes.fields.user') : t('pushes.fields.hosts');
};
