import { judgeUpdates, type Reason, type UpdateJudgement, type UpdatePolicy } from '@tenkai/domain';
import type { UpdatePreview } from '@tenkai/protocol/api/updates.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import { requireUsable } from './decide.ts';
import type { Deps } from './needs.ts';
import { noCounts, type StateCounts } from './updates.views.ts';

const pageSize = 500;
const longestList = 1000;
const mostReasons = 10;

interface Tally {
  readonly counts: StateCounts;
  readonly reasons: Map<string, { reason: Reason; count: number }>;
}

/** What would happen now, by the function that judges the real thing; nothing is stored. */
export async function previewUpdates(
  deps: Deps,
  caller: Caller,
  change: Partial<UpdatePolicy> = {},
): Promise<UpdatePreview> {
  const policy = { ...(await deps.world.catalogue()).policy, ...change };
  await requireUsable(deps, policy);
  const tallies = new Map<string, Tally>();
  const starts: UpdatePreview['starts'] = [];
  const sums = { machineCount: 0, startCount: 0 };
  for (let after = ''; ; ) {
    const ids = await deps.machines.enrolledAfter(after, pageSize);
    if (ids.length === 0) break;
    after = ids.at(-1) as string;
    const visible = [...(await deps.machines.visibleIds(caller, ids))];
    for (const { facts, input } of await deps.world.questions(visible, policy)) {
      const { packages, order } = judgeUpdates(input);
      sums.machineCount += 1;
      for (const one of packages) if (one.concerns) count(tallies, one);
      if (!order) continue;
      sums.startCount += 1;
      if (starts.length < longestList)
        starts.push({ machineId: facts.id, machineName: facts.name, ...order });
    }
  }
  return {
    ...sums,
    starts,
    packages: [...tallies].map(([packageId, tally]) => ({ packageId, ...shown(tally) })),
  };
}

function count(tallies: Map<string, Tally>, { packageId, state, reason }: UpdateJudgement) {
  const tally = tallies.get(packageId) ?? { counts: noCounts(), reasons: new Map() };
  tallies.set(packageId, tally);
  tally.counts[state] += 1;
  if (!reason) return;
  const key = JSON.stringify(reason);
  const known = tally.reasons.get(key) ?? { reason, count: 0 };
  tally.reasons.set(key, { reason, count: known.count + 1 });
}

function shown({ counts, reasons }: Tally) {
  const ordered = [...reasons.values()].toSorted((a, b) => b.count - a.count);
  return { counts, reasons: ordered.slice(0, mostReasons) };
}
