import { Link } from '@tanstack/react-router';
import type { MachineUpdates as Updates } from '@tenkai/protocol/api/updates.ts';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Loaded } from '../../ui/Loaded.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { kindOfState } from './update-states.ts';
import { useUpdatesOfMachine } from './updates.queries.ts';

/** What automatic update does with one machine, package by package, and why (BAUT-27). */
export function MachineUpdates({ machineId }: { readonly machineId: string }) {
  const { t } = useTranslation();
  const query = useUpdatesOfMachine(machineId);
  return (
    <section className="tk-panel" aria-label={t('nav.updates')}>
      <h2>{t('nav.updates')}</h2>
      <Loaded query={query}>{(updates) => <Content updates={updates} />}</Loaded>
    </section>
  );
}

function Content({ updates }: { readonly updates: Updates }) {
  const { t } = useTranslation();
  const { items, isOptedOut, isRestartPending, isRestartNeeded } = updates;
  return (
    <div className="tk-panel-body tk-stack">
      {isOptedOut ? <StateLabel kind="neutral" text={t('updates.ofMachine.optedOut')} /> : null}
      {isRestartPending ? <StateLabel kind="waiting" text={t('updates.ofMachine.restartPending')} /> : null}
      {isRestartNeeded && !isRestartPending ? (
        <StateLabel kind="waiting" text={t('updates.ofMachine.restartNeeded')} />
      ) : null}
      {items.length === 0 ? <p className="tk-muted">{t('updates.ofMachine.none')}</p> : null}
      <ul className="tk-list-plain tk-stack">
        {items.map((item) => (
          <Item key={item.packageId} item={item} />
        ))}
      </ul>
    </div>
  );
}

function Item({ item }: { readonly item: Updates['items'][number] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { reasonText } = useSentences();
  const { packageId, state, reason, until, runId } = item;
  return (
    <li className="tk-row">
      <StateLabel kind={kindOfState[state]} text={t(`updates.state.${state}`)} />
      <Link to="/updates/$packageId" params={{ packageId }}>
        {packageId}
      </Link>
      {runId === null ? null : (
        <Link to="/runs/$runId" params={{ runId }}>
          {t('updates.ofMachine.run')}
        </Link>
      )}
      <span className="tk-muted">{reason ? reasonText(reason) : ''}</span>
      {until === null ? null : <span className="tk-muted">{formats.dateTime(until)}</span>}
    </li>
  );
}
