import { Button, Modal, Select } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { hostStates, nextHostState } from '@tenkai/domain/push/host-state.ts';
import type { PushDetail, PushHost } from '@tenkai/protocol/api/pushes.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { Loaded } from '../../ui/Loaded.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { When } from '../../ui/When.tsx';
import '../overview/overview.css';
import { ForgetHostKeys } from './BelievedHosts.tsx';
import { Fingerprints } from './Fingerprints.tsx';
import { hostStateKinds } from './push-states.ts';
import { usePushLog } from './pushes.queries.ts';
import { RetryPush } from './RetryPush.tsx';

type Opened = { readonly what: 'log' | 'retry' | 'forget'; readonly host: PushHost };

/** Machine by machine: where it stands, why it failed, and the way out. */
export function PushHosts({ push }: { readonly push: PushDetail }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<string | null>(null);
  const [opened, setOpened] = useState<Opened>();
  const shown = push.hosts.filter(({ state }) => filter === null || state === filter);
  const close = () => setOpened(undefined);
  return (
    <section className="tk-panel">
      <h2>{t('nav.machines')}</h2>
      <Counts push={push} filter={filter} onFilter={setFilter} />
      <ul className="tk-overview-list" aria-label={t('nav.machines')}>
        {shown.map((host) => (
          <HostRow key={host.position} host={host} onOpen={(what) => setOpened({ what, host })} />
        ))}
      </ul>
      {opened?.what === 'log' ? <Log push={push} host={opened.host} onClose={close} /> : null}
      {opened?.what === 'retry' ? (
        <RetryPush push={push} positions={[opened.host.position]} onClose={close} />
      ) : null}
      {opened?.what === 'forget' ? (
        <ForgetHostKeys keys={{ id: opened.host.hostKeysId ?? '', host: opened.host.host }} onClose={close} />
      ) : null}
    </section>
  );
}

interface CountsProps {
  readonly push: PushDetail;
  /** A state; null: all. */
  readonly filter: string | null;
  readonly onFilter: (filter: string | null) => void;
}

/** How many machines are in each state, and a choice among these. */
function Counts({ push, filter, onFilter }: CountsProps) {
  const { t } = useTranslation();
  const present = hostStates.filter((state) => (push.counts[state] ?? 0) > 0);
  return (
    <div className="tk-panel-body tk-row">
      {present.map((state) => (
        <StateLabel
          key={state}
          kind={hostStateKinds[state]}
          text={`${t(`pushes.hostStates.${state}`)}: ${push.counts[state]}`}
        />
      ))}
      {present.length > 1 ? (
        <Select
          aria-label={t('pushes.state')}
          placeholder={t('common.all')}
          clearable
          w={210}
          ml="auto"
          data={present.map((state) => ({ value: state, label: t(`pushes.hostStates.${state}`) }))}
          value={filter}
          onChange={onFilter}
        />
      ) : null}
    </div>
  );
}

interface RowProps {
  readonly host: PushHost;
  readonly onOpen: (what: Opened['what']) => void;
}

function HostRow({ host, onOpen }: RowProps) {
  const { t } = useTranslation();
  const { state, outcome, machineId, version } = host;
  const text =
    state === 'done' && outcome ? t(`pushes.outcomes.${outcome}`) : t(`pushes.hostStates.${state}`);
  return (
    <li>
      <div>
        {machineId === null ? (
          <b className="tk-mono">{host.host}</b>
        ) : (
          <Link to="/machines/$machineId" params={{ machineId }} className="tk-mono">
            {host.host}
          </Link>
        )}{' '}
        <StateLabel kind={hostStateKinds[state]} text={text} />{' '}
        <span className="tk-muted">
          {version ?? ''} <When at={host.updatedAt} />
        </span>
        <Why host={host} />
      </div>
      <HostActs host={host} onOpen={onOpen} />
    </li>
  );
}

function HostActs({ host, onOpen }: RowProps) {
  const { t } = useTranslation();
  return (
    <div className="tk-row">
      {host.hasLog ? (
        <Button size="compact-sm" variant="default" onClick={() => onOpen('log')}>
          {t('pushes.log')}
        </Button>
      ) : null}
      {host.hostKeysId === null ? null : (
        <Button size="compact-sm" variant="default" onClick={() => onOpen('forget')}>
          {t('pushes.forget')}
        </Button>
      )}
      {nextHostState(host.state, 'retry') === undefined ? null : (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`${t('pushes.retryAct')}: ${host.host}`}
          onClick={() => onOpen('retry')}
        >
          {t('pushes.retryAct')}
        </Button>
      )}
    </div>
  );
}

function Why({ host: { problem, known, offered } }: { readonly host: PushHost }) {
  const { t } = useTranslation();
  const { problemTexts } = useSentences();
  if (!problem) return null;
  const { message, remedy } = problemTexts(problem);
  return (
    <div>
      {message} {remedy} <code>{problem.code}</code>
      {problem.detail ? <span className="tk-because tk-muted tk-mono">{problem.detail}</span> : null}
      {known.length > 0 ? (
        <>
          <span className="tk-because">{t('pushes.known')}</span>
          <Fingerprints fingerprints={known} />
          <span className="tk-because">{t('pushes.offered')}</span>
          <Fingerprints fingerprints={offered} />
        </>
      ) : null}
    </div>
  );
}

interface LogProps {
  readonly push: PushDetail;
  readonly host: PushHost;
  readonly onClose: () => void;
}

function Log({ push, host, onClose }: LogProps) {
  const { t } = useTranslation();
  const query = usePushLog(push.id, host.position);
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={`${t('pushes.log')}: ${host.host}`}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Loaded query={query}>{({ log }) => <pre className="tk-log">{log}</pre>}</Loaded>
    </Modal>
  );
}
