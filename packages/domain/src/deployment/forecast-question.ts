import type { Reason } from '../scenario/frozen-step.ts';
import type { RunPlan } from '../scenario/plan-input.ts';
import type { MaintenanceWindow } from '../schedule/window.ts';
import type { EffectiveDelivery } from './delivery.ts';
import type { GateQuestion } from './gates.ts';
import type { WaveCause } from './waiting-group.ts';

/** One machine of the collection, in the order in which its run would be made. */
export interface ForecastMachine {
  readonly id: string;
  readonly plan: Pick<RunPlan, 'state' | 'reasons' | 'timing' | 'maxRunTimeMs'>;
  readonly facts: GateQuestion['facts'];
  readonly windows: readonly MaintenanceWindow[];
  readonly beginsWithWake: boolean;
  /** A run of another deployment on it; `endsAt`: when it ends at the latest. */
  readonly busy: { readonly isStaged: boolean; readonly endsAt: number } | null;
  /** Why it has no room for one more run at its next start. */
  readonly full: Reason | null;
}

/** All times in epoch milliseconds. */
export interface ForecastQuestion {
  readonly machines: readonly ForecastMachine[];
  readonly draft: GateQuestion['draft'];
  readonly delivery: EffectiveDelivery;
  /** Most runs at once, and the reason that says so. */
  readonly slots: { readonly limit: number; readonly reason: Reason };
  /** When the slots that others hold now are free again at the latest. */
  readonly busyUntil: readonly number[];
  readonly startsAt: number;
}

/** `waits`: for an event that nobody can date. `never`: no window will ever hold it. */
export type ForecastOutcome = 'starts' | 'waits' | 'never' | 'not-applicable';

export interface ForecastWave {
  readonly number: number;
  readonly cause: WaveCause;
  readonly startsAt: number;
  readonly count: number;
}
