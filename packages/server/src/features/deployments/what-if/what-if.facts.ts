import {
  contentOf,
  type DeploymentDraft,
  deliveryOf,
  effectiveDelivery,
  type ForecastMachine,
  type ForecastQuestion,
  type MachineFacts,
  type Network,
  type NetworkAddress,
  primaryAddress,
  type Reason,
  type RunPlan,
  runSettings,
  subnetOf,
} from '@tenkai/domain';
import type { Deps } from '../needs.ts';
import { createPlanner } from '../release/planning.ts';
import { loadPlan } from '../runs/plans.store.ts';
import { fullReason } from '../staged/pending-starts.ts';
import type { FrozenSubject } from '../subject.ts';
import { stagedOf } from './preview-deployment.ts';

/** What a forecast is made of, and what of each machine is shown beside it. */
export interface WhatIfFacts {
  readonly question: ForecastQuestion;
  readonly shown: readonly ShownMachine[];
}

export interface ShownMachine {
  readonly id: string;
  readonly name: string;
  readonly isOnline: boolean;
  readonly subnet: string | null;
  readonly bytes: number;
  readonly restarts: number;
  readonly contents: readonly { readonly contentId: string; readonly bytes: number }[];
  /** IPv4, with the length of the prefix: `10.0.0.7/24`; of all its cards, and the one by which it is known. */
  readonly addresses: readonly string[];
  readonly address: string | undefined;
  /** Why steps are left out. */
  readonly skipped: readonly Reason[];
}

const batchSize = 500;

/** Reads everything that decides about the machines of a collection, in the order in which they would get runs. */
export async function whatIfFacts(
  deps: Deps,
  draft: DeploymentDraft,
  { scenario }: FrozenSubject,
  nowMs: number,
): Promise<WhatIfFacts> {
  const planner = await createPlanner(deps, scenario, draft);
  const settings = runSettings(draft, scenario.options);
  const open = await openRuns(deps, nowMs);
  const machineIds = await deps.collections.membersOf(draft.collectionId);
  const machines: ForecastMachine[] = [];
  const shown: ShownMachine[] = [];
  for (let from = 0; from < machineIds.length; from += batchSize) {
    const batch = machineIds.slice(from, from + batchSize);
    const facts = await deps.machines.factsOf(batch, { withSoftware: planner.needsSoftware });
    const windows = await deps.collections.windowsFor(batch);
    const staged = await stagedOf(deps, settings, batch);
    for (const id of batch) {
      const one = facts.get(id);
      if (!one) continue;
      const plan = planner.planFor(one);
      const { powerState, isOnline } = one;
      machines.push({
        id,
        plan: withoutSteps(plan),
        facts: { powerState, isOnline },
        windows: windows.get(id) ?? [],
        beginsWithWake: plan.steps[0]?.kind === 'wake',
        busy: open.ofMachine.get(id) ?? null,
        full: fullReason(deps, staged.get(id) ?? 0),
      });
      shown.push(shownOf(one, plan));
    }
    await new Promise(setImmediate);
  }
  const startsAt = draft.schedule.kind === 'at' ? Math.max(Date.parse(draft.schedule.at), nowMs) : nowMs;
  const { slots, busyUntil } = slotsFor(deps, draft, open.endsAt);
  const delivery = effectiveDelivery(deliveryOf(draft));
  return { question: { machines, draft, delivery, slots, busyUntil, startsAt }, shown };
}

/** Steps of thousands of machines are not kept. */
function withoutSteps({ state, reasons, timing, maxRunTimeMs }: RunPlan): ForecastMachine['plan'] {
  return { state, reasons, timing, maxRunTimeMs };
}

function shownOf(
  { id, name, isOnline, inventory }: MachineFacts,
  { bytes, restarts, steps, skipped }: RunPlan,
): ShownMachine {
  const subnet = subnetOf(inventory?.network);
  return {
    id,
    name,
    isOnline,
    subnet,
    bytes,
    restarts,
    contents: contentOf(steps),
    ...addressesOf(inventory?.network),
    skipped: skipped.map(({ reason }) => reason),
  };
}

/** IPv4 alone: sessions know no other. */
function addressesOf(network: Network | undefined): Pick<ShownMachine, 'address' | 'addresses'> {
  const textOf = ({ address, prefix }: NetworkAddress) => `${address}/${prefix}`;
  const all = network?.interfaces.flatMap(({ addresses }) => addresses) ?? [];
  const primary = network && primaryAddress(network);
  return {
    addresses: all.filter(({ family }) => family === 'ipv4').map(textOf),
    address: primary?.family === 'ipv4' ? textOf(primary) : undefined,
  };
}

/** Runs that machines have now, with the time at which they end at the latest. */
async function openRuns({ db }: Deps, nowMs: number) {
  const rows = await db.read.all<{
    machine_id: string;
    is_staged: number;
    is_silent: number;
    plan_hash: string | null;
    started_at: number | null;
  }>(
    'SELECT machine_id, is_staged, is_silent, plan_hash, started_at FROM deployments_runs WHERE is_released = 1',
  );
  const lengths = new Map<string, number>();
  for (const hash of new Set(rows.flatMap(({ plan_hash }) => plan_hash ?? [])))
    lengths.set(hash, (await loadPlan(db.read, hash))?.maxRunTimeMs ?? 0);
  const runs = rows.map((row) => {
    const length = lengths.get(row.plan_hash ?? '') ?? 0;
    const endsAt = Math.max(nowMs, (row.started_at ?? nowMs) + length);
    const holdsSlot = row.is_staged === 0 && row.is_silent === 0;
    return { machineId: row.machine_id, isStaged: row.is_staged === 1, endsAt, holdsSlot };
  });
  const ofMachine = new Map(runs.map(({ machineId, isStaged, endsAt }) => [machineId, { isStaged, endsAt }]));
  return { ofMachine, endsAt: runs.filter(({ holdsSlot }) => holdsSlot).map(({ endsAt }) => endsAt) };
}

/** BSRV-16: the site's slots that are left, and at most as many as the deployment may have. */
function slotsFor({ sites }: Deps, { concurrency }: DeploymentDraft, endsAt: readonly number[]) {
  const site = sites.settings().concurrency;
  const limit = Math.min(site, concurrency ?? site);
  const code = concurrency !== null && concurrency <= site ? 'slot-deployment' : 'slot-site';
  const missing = Math.min(limit, Math.max(0, endsAt.length + limit - site));
  const busyUntil = endsAt.toSorted((a, b) => a - b).slice(0, missing);
  return { slots: { limit, reason: { code, params: { limit } } }, busyUntil };
}
