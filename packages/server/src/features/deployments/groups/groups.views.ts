import {
  type DeploymentDraft,
  deliveryOf,
  deliveryWarnings,
  effectiveDelivery,
  groupLimits,
  type Reason,
} from '@tenkai/domain';
import type { DeploymentRow, RunRow, WaveRow } from '@tenkai/protocol/api/deployments.ts';
import type { Reader } from '../../../kernel/database/database.ts';
import type { RunsTable, WavesTable } from '../tables.ts';
import { type GroupKey, type GroupSummary, groupSummary, wavesOf } from './groups.store.ts';

export async function listWaves(read: Reader, deploymentId: string): Promise<WaveRow[]> {
  const row = await read.one<{ occurrence: number }>(
    'SELECT occurrence FROM deployments_deployments WHERE id = ?',
    [deploymentId],
  );
  if (!row) return [];
  return (await wavesOf(read, { deploymentId, occurrence: row.occurrence })).map(toWaveRow);
}

export function toWaveRow(row: WavesTable): WaveRow {
  return {
    id: row.id,
    number: row.number,
    cause: row.cause,
    startedAt: row.started_at,
    startedBy: row.started_by,
    machineCount: row.machine_count,
  };
}

type DeliveryView = Pick<DeploymentRow, 'delivery' | 'group' | 'warnings'>;

/** What a deployment's row says of its delivery; `siteLimit`: machines that the site runs at once. */
export function viewDelivery(
  draft: DeploymentDraft,
  summary: GroupSummary | undefined,
  siteLimit: number,
): DeliveryView {
  const delivery = effectiveDelivery(deliveryOf(draft));
  const group = summary
    ? {
        ready: summary.ready,
        wanted: delivery.maxTargets,
        firstReadyAt: summary.firstReadyAt ?? 0,
        startsAt: summary.startsAt,
      }
    : null;
  const limits = { site: siteLimit, deployment: draft.concurrency };
  return { delivery, group, warnings: deliveryWarnings(delivery, limits) };
}

type Waiting = Pick<RunRow, 'reason' | 'waitsUntil'>;

/** Says of runs that wait for others how many are ready and until when; counted once for each group on a page. */
export interface GroupBoard {
  of(row: Pick<RunsTable, 'gate' | 'deployment_id' | 'occurrence' | 'waits_until'>): Promise<Waiting | null>;
}

export function createGroupBoard(read: Reader): GroupBoard {
  const known = new Map<string, Promise<GroupFacts>>();
  return {
    async of(row) {
      if (row.gate !== 'group') return null;
      const key = { deploymentId: row.deployment_id, occurrence: row.occurrence };
      const text = `${key.deploymentId} ${key.occurrence}`;
      const facts = known.get(text) ?? factsOf(read, key);
      known.set(text, facts);
      return waitingAs(await facts, row.waits_until);
    },
  };
}

interface GroupFacts {
  readonly ready: number;
  readonly wanted: number | null;
  /** When all of them begin at the latest. */
  readonly allStartAt: number | null;
}

async function factsOf(read: Reader, key: GroupKey): Promise<GroupFacts> {
  const { ready, firstReadyAt } = await groupSummary(read, key);
  const row = await read.one<{ draft: string }>('SELECT draft FROM deployments_deployments WHERE id = ?', [
    key.deploymentId,
  ]);
  const { maxTargets, maxWaitMs } = groupLimits(
    effectiveDelivery(deliveryOf(row ? (JSON.parse(row.draft) as DeploymentDraft) : {})),
  );
  const allStartAt = maxWaitMs === null || firstReadyAt === null ? null : firstReadyAt + maxWaitMs;
  return { ready, wanted: maxTargets, allStartAt };
}

/** The row knows its own limit; the first who came may have an earlier one for all. */
function waitingAs({ ready, wanted, allStartAt }: GroupFacts, own: number | null): Waiting {
  const startsAt = allStartAt === null || own === null ? (allStartAt ?? own) : Math.min(allStartAt, own);
  const reason: Reason =
    wanted === null
      ? { code: 'group-waiting-for-time', params: { ready, startsAt } }
      : { code: 'group-waiting', params: { ready, wanted, startsAt } };
  return { reason, waitsUntil: startsAt };
}
