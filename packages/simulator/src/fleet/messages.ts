import type { MachineMemory } from '../machine/facts.ts';
import type { FleetPlan } from '../machine/fleet-plan.ts';
import type { Tally } from './tally.ts';

/** What one process of the fleet is told. */
export interface WorkerSettings {
  readonly plan: FleetPlan;
  readonly url: string;
  /** PEM of the pinned root. */
  readonly rootCertificate: string;
  /** For machines that are not enrolled yet; null: there are none, or they wait for approval. */
  readonly ticket: string | null;
  /** Hex. */
  readonly secret: string;
  readonly stateFolder: string;
  readonly isLoopback: boolean;
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly memories: readonly (readonly [number, MachineMemory])[];
}

export type ToWorker =
  | { readonly type: 'begin'; readonly settings: WorkerSettings }
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'tally'; readonly tally: Tally }
  /** Every machine was started once. */
  | { readonly type: 'begun' };
