import {
  bytesBySubnet,
  forecastUpdates,
  type MachineFacts,
  type SoftwarePackage,
  subnetOf,
  type UpdateExpectation,
  updateChange,
} from '@tenkai/domain';
import type { UpdateWhatIf, UpdateWhatIfQuestion, UpdateWhatIfRow } from '@tenkai/protocol/api/updates.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import { createKeptAnswers } from '../../kernel/kept-answers.ts';
import { decodeCursor, defaultPageSize, encodeCursor } from '../../kernel/paging.ts';
import { reasonFilter } from '../../kernel/reason-filter.ts';
import { requireUsable } from './decide.ts';
import type { Deps } from './needs.ts';

interface Answer extends Omit<UpdateWhatIf, 'pairs'> {
  readonly rows: readonly UpdateWhatIfRow[];
}

const pageSize = 500;
const mostReasons = 50;
const mostSubnets = 200;

/** Answers what other settings would change, for which machine; pages of one answer cost no new computation. */
export function createUpdateWhatIf(deps: Deps) {
  const kept = createKeptAnswers<Answer>(() => deps.clock.now());
  return async (caller: Caller, question: UpdateWhatIfQuestion): Promise<UpdateWhatIf> => {
    const key = JSON.stringify([question.policy, caller.collectionScope]);
    const { rows, ...answer } = await kept.get(key, question.asOf, () =>
      compute(deps, caller, question.policy),
    );
    return { ...answer, pairs: pageOf(rows, question) };
  };
}

async function compute(deps: Deps, caller: Caller, change: UpdateWhatIfQuestion['policy']): Promise<Answer> {
  const askedAt = deps.clock.now();
  const { policy: present, packages } = await deps.world.catalogue();
  const proposed = { ...present, ...change };
  await requireUsable(deps, proposed);
  const rows: UpdateWhatIfRow[] = [];
  const deliveries: Delivery[] = [];
  let machineCount = 0;
  for (let after = ''; ; ) {
    const ids = await deps.machines.enrolledAfter(after, pageSize);
    if (ids.length === 0) break;
    after = ids.at(-1) as string;
    const visible = [...(await deps.machines.visibleIds(caller, ids))];
    const [now, then] = [
      await deps.world.questions(visible, present),
      await deps.world.questions(visible, proposed),
    ];
    const inputs = new Map(then.map(({ facts, input }) => [facts.id, input]));
    machineCount += now.length;
    for (const { facts, input } of now) {
      const other = inputs.get(facts.id);
      if (!other) continue;
      const pairs = compare(facts, forecastUpdates(input), forecastUpdates(other));
      rows.push(...pairs);
      deliveries.push(deliveryTo(facts, pairs, packages));
    }
    await new Promise(setImmediate);
  }
  const counts = { gains: 0, loses: 0, sooner: 0, later: 0, otherwise: 0, same: 0 };
  for (const row of rows) counts[row.change] += 1;
  const subnets = bytesBySubnet(deliveries);
  const sorted = rows.toSorted(
    (a, b) =>
      a.machineName.localeCompare(b.machineName, 'en') || a.packageId.localeCompare(b.packageId, 'en'),
  );
  return {
    askedAt,
    machineCount,
    counts,
    reasons: reasonCounts(rows),
    totalBytes: deliveries.reduce((sum, { bytes }) => sum + bytes, 0),
    totalRestarts: deliveries.reduce((sum, { restarts }) => sum + restarts, 0),
    subnets: subnets.slice(0, mostSubnets),
    subnetCount: subnets.length,
    rows: sorted,
  };
}

/** What a machine would get under the proposed settings, of what has a date. */
interface Delivery {
  readonly subnet: string | null;
  /** Each machine fetches by itself: automatic update waits for no others. */
  readonly lineBytes: number;
  readonly bytes: number;
  readonly restarts: number;
}

function deliveryTo(
  { inventory }: MachineFacts,
  pairs: readonly UpdateWhatIfRow[],
  packages: ReadonlyMap<string, SoftwarePackage>,
): Delivery {
  const dated = pairs.filter(({ proposed }) => proposed.startsAt !== null);
  const brought = dated.flatMap(({ packageId }) => packages.get(packageId) ?? []);
  const bytes = brought.reduce((sum, { contentBytes }) => sum + contentBytes, 0);
  return {
    ...{ subnet: subnetOf(inventory?.network), bytes, lineBytes: bytes },
    restarts: brought.filter(({ restartAfterInstall }) => restartAfterInstall).length,
  };
}

/** Where a package takes no part under one of both, the machine has nothing to expect of it there. */
function compare(
  { id, name }: { id: string; name: string },
  present: readonly UpdateExpectation[],
  proposed: readonly UpdateExpectation[],
): UpdateWhatIfRow[] {
  const before = new Map(present.map((one) => [one.packageId, one]));
  const after = new Map(proposed.map((one) => [one.packageId, one]));
  return [...new Set([...before.keys(), ...after.keys()])].map((packageId) => ({
    machineId: id,
    machineName: name,
    packageId,
    change: updateChange(before.get(packageId), after.get(packageId)),
    present: shown(before.get(packageId)),
    proposed: shown(after.get(packageId)),
  }));
}

function shown(one: UpdateExpectation | undefined): UpdateWhatIfRow['present'] {
  if (!one) return { ...nothing, reason: { code: 'update-off', params: {} } };
  const { state, reason, startsAt, ring } = one;
  return { state, reason, startsAt, ring };
}

const nothing = { state: 'not-applicable' as const, startsAt: null, ring: 0 };

function reasonCounts(rows: readonly UpdateWhatIfRow[]): UpdateWhatIf['reasons'] {
  const found = new Map<string, UpdateWhatIf['reasons'][number]>();
  for (const { change, proposed } of rows) {
    if (!proposed.reason) continue;
    const key = `${change} ${JSON.stringify(proposed.reason)}`;
    found.set(key, { change, reason: proposed.reason, count: (found.get(key)?.count ?? 0) + 1 });
  }
  return [...found.values()].toSorted((a, b) => b.count - a.count).slice(0, mostReasons);
}

function pageOf(rows: readonly UpdateWhatIfRow[], question: UpdateWhatIfQuestion) {
  const { change, packageId, search, limit = defaultPageSize } = question;
  const isAskedFor = reasonFilter(question);
  const words = (search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const matching = rows.filter(
    (row) =>
      (change === undefined ? row.change !== 'same' : row.change === change) &&
      (packageId === undefined || row.packageId === packageId) &&
      isAskedFor(row.proposed.reason ? [row.proposed.reason] : []) &&
      words.every((word) => row.machineName.toLowerCase().includes(word)),
  );
  const [from] = decodeCursor<[number]>(question.cursor, ['number']) ?? [0];
  const end = from + limit;
  return {
    items: matching.slice(from, end),
    nextCursor: end < matching.length ? encodeCursor([end]) : null,
    total: matching.length,
  };
}
