import type { X509Certificate } from 'node:crypto';
import type { After, Link, SiteClient } from '@tenkai/protocol/agent/link/index.ts';
import type { HeartbeatReport } from '@tenkai/protocol/agent/reports.ts';
import { draw } from '../draws.ts';
import type { TallyBook } from '../fleet/tally.ts';
import { agentVersionOf, bootIdOf, type MachineMemory } from './facts.ts';
import type { FleetPlan } from './fleet-plan.ts';
import type { InventoryDesk } from './inventory-desk.ts';
import type { Outbox } from './outbox.ts';
import type { Play } from './play-run.ts';

/** What all machines of one process have in common. */
export interface Surroundings {
  readonly plan: FleetPlan;
  readonly secret: Uint8Array;
  readonly root: X509Certificate;
  readonly after: After;
  readonly now: () => number;
  readonly tally: TallyBook;
  readonly client: (index: number) => SiteClient;
  /** The machine's memory has changed. */
  readonly remember: (index: number) => void;
}

/** One machine in this moment. */
export interface State extends Surroundings {
  readonly index: number;
  readonly memory: MachineMemory;
  readonly outbox: Outbox;
  readonly desk: InventoryDesk;
  readonly seen: Set<string>;
  link: Link;
  /** `starting` until the first orders were asked for (BAGT-12). */
  phase: HeartbeatReport['state'];
  bootedAt: number;
  line: { readonly control: AbortController; readonly ended: Promise<void> } | null;
  play: Play | null;
  /** Runs that wait for the next start, and those whose turn it is since the last one. */
  staged: Play[];
  toApply: Play[];
  isOnline: boolean;
  isStopped: boolean;
  /** Told at the first connection, or the first failure. */
  onFirst: () => void;
  /** Cancels the next change of power or network. */
  cancelNext: () => void;
  /** Counts what draws must not repeat. */
  occasion: number;
}

export function heartbeatOf({ plan, index, memory, phase, bootedAt, play }: State): HeartbeatReport {
  const activeRuns = play ? [{ runId: play.order.runId, attempt: play.order.attempt }] : [];
  return {
    kind: 'heartbeat',
    agentVersion: agentVersionOf(plan, memory),
    bootId: bootIdOf(plan, index, memory.boots),
    bootedAt: Math.floor(bootedAt),
    state: phase,
    activeRuns,
    freeBytes: Math.floor(draw(plan.seed, index, 'free') * 400e9),
  };
}

export function setOnline(state: State, isOnline: boolean): void {
  if (state.isOnline === isOnline) return;
  state.isOnline = isOnline;
  state.tally.add('online', isOnline ? 1 : -1);
}
