import { isOwnAgentPackage } from '@tenkai/domain/agent-upgrade/agent-upgrade.ts';
import type { MachineDetail } from '@tenkai/protocol/api/machines.ts';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { useMachineUpdates } from '../updates/updates.queries.ts';

const over = new Set(['applied', 'not-applicable']);

/** The version, and where a newer one is on its way: how often it was tried, and what went wrong last (BAGT-07). */
export function AgentVersion({ machine }: { readonly machine: MachineDetail }) {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  const items = useMachineUpdates(machine.id).data?.items ?? [];
  const row = items.find(({ packageId, state }) => isOwnAgentPackage(packageId) && !over.has(state));
  if (!row) return machine.agentVersion;
  return (
    <>
      {machine.agentVersion}{' '}
      <StateLabel
        kind={row.state === 'failed' ? 'failed' : 'waiting'}
        text={t('machines.facts.agentUpgrade', { state: t(`updates.state.${row.state}`) })}
      />
      {row.reason ? <div className="tk-muted">{reasonText(row.reason)}</div> : null}
      {row.lastError ? (
        <div className="tk-muted">
          {t('updates.lastError')}: {reasonText(row.lastError)}
        </div>
      ) : null}
    </>
  );
}
