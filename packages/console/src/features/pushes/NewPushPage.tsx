import { Button } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { ProblemList } from '../../ui/ProblemList.tsx';
import { credentialsOf, noCredentials } from './CredentialFields.tsx';
import { HostKeySection } from './HostKeySection.tsx';
import { InstallationSection } from './InstallationSection.tsx';
import { MachinesSection } from './MachinesSection.tsx';
import { firstDraft, hostsOf, isComplete, labelOf, type PushDraft, requestOf } from './push-draft.ts';
import { useCreatePush, usePushKeys } from './pushes.queries.ts';
import { SignInSection } from './SignInSection.tsx';
import { SiteKeys } from './SiteKeys.tsx';

/** What a push needs, in the order in which it is used: machines, how to sign in, whom to believe, what to install. */
export function NewPushPage() {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(firstDraft);
  const [given, setGiven] = useState(noCredentials);
  const { create, begin } = useBegin();
  const keys = usePushKeys();
  const set = (part: Partial<PushDraft>) => setDraft((before) => ({ ...before, ...part }));
  const hosts = hostsOf(draft);
  const credentials = credentialsOf(given);
  const lacksKey = given.kind === 'site-key' && keys.data?.items.length === 0;
  return (
    <div className="tk-page">
      <PageHeader title={t('pushes.new')} trail={<Link to="/machines/pushes">{t('pushes.title')}</Link>} />
      <MachinesSection draft={draft} onChange={set} />
      <SignInSection draft={draft} onChange={set} given={given} onGiven={setGiven} />
      {given.kind === 'site-key' ? <SiteKeys /> : null}
      <HostKeySection draft={draft} onChange={set} />
      <InstallationSection draft={draft} onChange={set} />
      {create.error ? <ProblemList error={create.error} labelOf={labelOf(t, hosts)} /> : null}
      <div className="tk-row">
        <Button
          leftSection={<IconUpload size={16} />}
          disabled={!isComplete(draft) || !credentials || lacksKey}
          loading={create.isPending}
          onClick={() => credentials && void begin(requestOf(draft, credentials)).catch(() => undefined)}
        >
          {t('pushes.begin', { count: hosts.length })}
        </Button>
        <span className="tk-muted">{t('pushes.beginText')}</span>
      </div>
    </div>
  );
}

/** Begins a push and goes to its page. */
function useBegin() {
  const navigate = useNavigate();
  const create = useCreatePush();
  const begin = async (request: ReturnType<typeof requestOf>) => {
    const { id } = await create.mutateAsync(request);
    await navigate({ to: '/machines/pushes/$pushId', params: { pushId: id } });
  };
  return { create, begin };
}
