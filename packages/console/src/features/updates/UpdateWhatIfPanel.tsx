import { Button } from '@mantine/core';
import { IconRefreshDot } from '@tabler/icons-react';
import type { UpdatePolicy } from '@tenkai/domain/update/policy.ts';
import type { UpdateWhatIf } from '@tenkai/protocol/api/updates.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { StateBar } from '../../ui/StateBar.tsx';
import { ReasonGroups } from '../what-if/ReasonGroups.tsx';
import { SubnetBytes } from '../what-if/SubnetBytes.tsx';
import { UpdateWhatIfPairs } from './UpdateWhatIfPairs.tsx';
import { changes, kindOfChange } from './update-changes.ts';
import { type UpdateWhatIfFilter, useUpdateWhatIf } from './update-what-if.queries.ts';

/** What the settings of the form would change, before they are saved (BAUT-07). */
export function UpdateWhatIfPanel({ policy }: { readonly policy: UpdatePolicy }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<UpdatePolicy>();
  const query = useUpdateWhatIf(asked);
  const ask = () => {
    if (asked === policy) void query.refetch();
    else setAsked(policy);
  };
  return (
    <section className="tk-stack" aria-label={t('whatIf.update.title')} aria-busy={query.isFetching}>
      <div className="tk-row">
        <Button variant="default" loading={query.isFetching} onClick={ask}>
          {t(asked ? 'whatIf.askAgain' : 'whatIf.update.ask')}
        </Button>
        {asked && asked !== policy ? <span className="tk-muted">{t('whatIf.outdated')}</span> : null}
      </div>
      {asked ? <Loaded query={query}>{(answer) => <Content policy={asked} answer={answer} />}</Loaded> : null}
    </section>
  );
}

interface ContentProps {
  readonly policy: UpdatePolicy;
  readonly answer: UpdateWhatIf;
}

function Content({ policy, answer }: ContentProps) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<UpdateWhatIfFilter>({});
  const reasons = answer.reasons.map(({ change, ...rest }) => ({ outcome: change, ...rest }));
  const chosen = reasons.find(({ reason }) => reason === filter.reason);
  const total = Object.values(answer.counts).reduce((sum, count) => sum + count, 0);
  if (total === 0) {
    return (
      <Empty icon={IconRefreshDot} title={t('whatIf.update.nobody')} text={t('whatIf.update.nobodyText')} />
    );
  }
  return (
    <>
      <Summary answer={answer} total={total} />
      <ReasonGroups
        title={t('whatIf.update.why')}
        reasons={reasons}
        kinds={kindOfChange}
        label={(change) => t(`whatIf.update.changes.${change}`)}
        chosen={chosen}
        onChoose={(one) => setFilter(one ? { change: one.outcome, reason: one.reason } : {})}
      />
      <SubnetBytes {...answer} />
      <div className="tk-what-if-list">
        <UpdateWhatIfPairs policy={policy} asOf={answer.askedAt} filter={filter} onFilter={setFilter} />
      </div>
    </>
  );
}

function Summary({ answer, total }: { readonly answer: UpdateWhatIf; readonly total: number }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { counts, askedAt, machineCount, totalBytes, totalRestarts } = answer;
  const changed = total - (counts.same ?? 0);
  return (
    <section className="tk-panel" aria-label={t('whatIf.title')}>
      <div className="tk-panel-body tk-stack">
        <p role="status" style={{ margin: 0 }}>
          <b>{t('whatIf.update.changeCount', { count: changed, total })}</b>{' '}
          <span className="tk-muted">
            {t('whatIf.update.machineCount', { count: machineCount })}{' '}
            {t('whatIf.asOf', { time: formats.dateTime(askedAt) })}
          </span>
        </p>
        <StateBar
          label={t('whatIf.update.change')}
          parts={changes.map((change) => ({
            key: change,
            kind: kindOfChange[change],
            label: t(`whatIf.update.changes.${change}`),
            count: counts[change] ?? 0,
          }))}
        />
        <div className="tk-what-if-numbers">
          <p className="tk-big">
            <b>{formats.bytes(totalBytes)}</b> {t('whatIf.bytes')}
          </p>
          <p className="tk-big">
            <b>{formats.number(totalRestarts)}</b> {t('whatIf.restarts', { count: totalRestarts })}
          </p>
        </div>
      </div>
    </section>
  );
}
