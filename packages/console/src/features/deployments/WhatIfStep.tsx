import { Button } from '@mantine/core';
import { IconRefresh, IconUsersGroup } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { DeploymentDraft } from '@tenkai/domain/deployment/deployment.ts';
import type { DeploymentWhatIf } from '@tenkai/protocol/api/deployments.ts';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { type Fact, Facts } from '../../ui/Facts.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { StateBar } from '../../ui/StateBar.tsx';
import { BytesPanel } from '../what-if/BytesPanel.tsx';
import { ReasonGroups } from '../what-if/ReasonGroups.tsx';
import { SubnetBytes } from '../what-if/SubnetBytes.tsx';
import { WhatIfMachines } from './WhatIfMachines.tsx';
import { WhatIfWaves } from './WhatIfWaves.tsx';
import type { WhatIfFilter } from './what-if.queries.ts';
import { kindOfOutcome, outcomes } from './what-if-outcomes.ts';

interface Props {
  readonly draft: DeploymentDraft | undefined;
  readonly query: UseQueryResult<DeploymentWhatIf>;
}

/** What the deployment would do, before it is made: who, when, why not, and what it costs (BSCN-07). */
export function WhatIfStep({ draft, query }: Props) {
  const ask = () => void query.refetch();
  return (
    <Loaded query={query}>
      {(answer) =>
        draft ? <Content draft={draft} answer={answer} isBusy={query.isFetching} onAsk={ask} /> : null
      }
    </Loaded>
  );
}

interface ContentProps {
  readonly draft: DeploymentDraft;
  readonly answer: DeploymentWhatIf;
  readonly isBusy: boolean;
  readonly onAsk: () => void;
}

function Content({ draft, answer, isBusy, onAsk }: ContentProps) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<WhatIfFilter>({});
  const list = useRef<HTMLDivElement>(null);
  const { reasons, sources, targetCount } = answer;
  const chosen = reasons.find(({ reason }) => reason === filter.reason);
  const choose = (one: (typeof reasons)[number] | undefined) => {
    setFilter(one ? { outcome: one.outcome, reason: one.reason } : {});
    if (one) list.current?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <div className="tk-stack tk-what-if">
      <Summary answer={answer} isBusy={isBusy} onAsk={onAsk} />
      {targetCount === 0 ? (
        <Empty icon={IconUsersGroup} title={t('whatIf.nobodyThere')} text={t('whatIf.nobodyThereText')} />
      ) : (
        <>
          <div className="tk-columns">
            <ReasonGroups
              title={t('whatIf.why')}
              reasons={reasons}
              kinds={kindOfOutcome}
              label={(outcome) => t(`whatIf.outcomes.${outcome}`)}
              chosen={chosen}
              onChoose={choose}
            />
            <div className="tk-stack">
              <SubnetBytes {...answer} />
              <BytesPanel
                title={t('whatIf.from')}
                head={t('whatIf.source')}
                places={sources.map(({ source, ...sum }) => ({
                  name: source ?? t('whatIf.nowhere'),
                  ...sum,
                }))}
              />
              <WhatIfWaves {...answer} />
            </div>
          </div>
          <div ref={list} className="tk-what-if-list">
            <WhatIfMachines draft={draft} asOf={answer.askedAt} filter={filter} onFilter={setFilter} />
          </div>
        </>
      )}
    </div>
  );
}

function Summary({ answer, isBusy, onAsk }: Omit<ContentProps, 'draft'>) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { reasonText } = useSentences();
  const times = useTimes(answer);
  const { counts, targetCount, totalBytes, totalRestarts, warnings } = answer;
  const numbers = [
    [formats.number(counts.starts ?? 0), t('whatIf.startCount', { count: targetCount })],
    [formats.bytes(totalBytes), t('whatIf.bytes')],
    [formats.number(totalRestarts), t('whatIf.restarts', { count: totalRestarts })],
  ] as const;
  return (
    <section className="tk-panel" aria-label={t('whatIf.title')} aria-busy={isBusy}>
      <div className="tk-what-if-head">
        <h2>{t('whatIf.title')}</h2>
        <p className="tk-muted" role="status">
          {t('whatIf.asOf', { time: formats.dateTime(answer.askedAt) })}
        </p>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden="true" />}
          loading={isBusy}
          onClick={onAsk}
        >
          {t('whatIf.askAgain')}
        </Button>
      </div>
      <div className="tk-panel-body tk-stack">
        <div className="tk-what-if-numbers">
          {numbers.map(([value, label]) => (
            <p key={label} className="tk-big">
              <b>{value}</b> {label}
            </p>
          ))}
        </div>
        <StateBar
          label={t('whatIf.outcome')}
          parts={outcomes.map((outcome) => ({
            key: outcome,
            kind: kindOfOutcome[outcome],
            label: t(`whatIf.outcomes.${outcome}`),
            count: counts[outcome] ?? 0,
          }))}
        />
        {targetCount > 0 && counts.starts === 0 && counts.waits === 0 ? (
          <p className="tk-warnings">{t('whatIf.nobody')}</p>
        ) : null}
        {warnings.length > 0 ? (
          <ul className="tk-warnings" aria-label={t('whatIf.warnings')}>
            {warnings.map((warning) => (
              <li key={`${warning.code} ${JSON.stringify(warning.params)}`}>{reasonText(warning)}</li>
            ))}
          </ul>
        ) : null}
      </div>
      {(counts.starts ?? 0) > 0 ? <Facts facts={times} /> : null}
    </section>
  );
}

/** When the first and the last machine would begin. */
function useTimes({ startsAt, lastStartsAt, latestStartAt }: DeploymentWhatIf): Fact[] {
  const { t } = useTranslation();
  const formats = useFormats();
  const time = (at: number | null, when: string) => (
    <>
      {at === null ? t('whatIf.tooFar') : formats.dateTime(at)} <span className="tk-muted">{when}</span>
    </>
  );
  return [
    { label: t('whatIf.begins'), value: formats.dateTime(startsAt) },
    { label: t('whatIf.lastStarts'), value: time(lastStartsAt, t('whatIf.lastStartsText')) },
    { label: t('whatIf.latest'), value: time(latestStartAt, t('whatIf.latestText')) },
  ];
}
