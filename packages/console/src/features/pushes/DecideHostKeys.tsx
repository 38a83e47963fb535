import { Button } from '@mantine/core';
import type { PushDetail, PushHost } from '@tenkai/protocol/api/pushes.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { ProblemView } from '../../ui/ProblemView.tsx';
import '../overview/overview.css';
import { Fingerprints } from './Fingerprints.tsx';
import { useDecideHostKeys } from './pushes.queries.ts';

const decisionOf = ({ position, offered }: PushHost, isApproved: boolean) => ({
  position,
  fingerprints: offered,
  isApproved,
});

/** Fingerprints that somebody must compare with the machines themselves. */
export function DecideHostKeys({ push }: { readonly push: PushDetail }) {
  const { t } = useTranslation();
  const decide = useDecideHostKeys(push.id);
  const waiting = push.hosts.filter(({ state }) => state === 'awaiting-approval');
  if (waiting.length === 0) return null;
  return (
    <section className="tk-panel">
      <h2>{t('pushes.decide')}</h2>
      <div className="tk-panel-body tk-row">
        <span className="tk-muted" style={{ flex: 1, minWidth: 220 }}>
          {t('pushes.decideText')} <code>cat /etc/ssh/ssh_host_*_key.pub | ssh-keygen -lf -</code>
        </span>
        {waiting.length > 1 ? <ApproveAll waiting={waiting} decide={decide} /> : null}
      </div>
      {decide.error ? <ProblemView error={decide.error} /> : null}
      <ul className="tk-overview-list">
        {waiting.map((host) => (
          <WaitingHost key={host.position} host={host} decide={decide} />
        ))}
      </ul>
    </section>
  );
}

type Decide = ReturnType<typeof useDecideHostKeys>;

function WaitingHost({ host, decide }: { readonly host: PushHost; readonly decide: Decide }) {
  const { t } = useTranslation();
  return (
    <li>
      <div>
        <b className="tk-mono">{host.host}</b>
        <Fingerprints fingerprints={host.offered} />
      </div>
      <div className="tk-row">
        <Button
          size="xs"
          aria-label={`${t('pushes.approve')}: ${host.host}`}
          loading={decide.isPending}
          onClick={() => decide.mutate([decisionOf(host, true)])}
        >
          {t('pushes.approve')}
        </Button>
        <Button
          size="xs"
          variant="default"
          aria-label={`${t('pushes.refuse')}: ${host.host}`}
          disabled={decide.isPending}
          onClick={() => decide.mutate([decisionOf(host, false)])}
        >
          {t('pushes.refuse')}
        </Button>
      </div>
    </li>
  );
}

function ApproveAll({ waiting, decide }: { readonly waiting: readonly PushHost[]; readonly decide: Decide }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const title = t('pushes.approveAll', { count: waiting.length });
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {title}
      </Button>
      {isOpen ? (
        <ConfirmAct
          title={title}
          act={t('pushes.approve')}
          size="lg"
          onAct={() => decide.mutateAsync(waiting.map((host) => decisionOf(host, true)))}
          onClose={() => setOpen(false)}
        >
          <p>{t('pushes.approveAllText')}</p>
        </ConfirmAct>
      ) : null}
    </>
  );
}
