import type { MachineFacts } from '../machine/machine.ts';
import type { Reason } from '../scenario/frozen-step.ts';
import type { MaintenanceWindow } from '../schedule/window.ts';
import { fitsWindow, windowMarginMs } from '../schedule/window-fit.ts';
import type { DeploymentDraft } from './deployment.ts';

/** What keeps a machine from beginning by itself, whatever the others do. */
export type MachineGate = 'request' | 'earlier-run' | 'window' | 'machine';

/** Everything that decides whether a machine may begin now. */
export interface GateQuestion {
  readonly draft: Pick<DeploymentDraft, 'purpose' | 'respectsWindows' | 'wakesMachines'>;
  readonly isRequested: boolean;
  readonly facts: Pick<MachineFacts, 'isOnline' | 'powerState'>;
  /** Another run of the machine is released and has not ended; `next-start`: it waited for the machine's start. */
  readonly busyWith: 'nothing' | 'run' | 'next-start';
  readonly windows: readonly MaintenanceWindow[];
  readonly maxRunTimeMs: number;
  /** The run's first step is `wake`. */
  readonly beginsWithWake: boolean;
  readonly nowMs: number;
}

export type GateAnswer =
  | {
      readonly isOpen: true;
      /** Begun later than this it would not end within its maintenance window; null: no window ends. */
      readonly latestStartAt: number | null;
      /** When the present maintenance window closes; null: none has to be kept. */
      readonly closesAt: number | null;
    }
  | {
      readonly isOpen: false;
      readonly gate: MachineGate;
      readonly reason: Reason;
      readonly until: number | null;
      /** Send magic packets, and look again at `until`. */
      readonly wakes: boolean;
    };

export const wakeEveryMs = 60_000;
/** Whoever waits for others begins so long before it would be too late: between the decision and the start time passes. */
const startReserveMs = 60_000;

/** The gates in the order in which a person would ask; groups and slots come after all of them. Pure. */
export function askGates(question: GateQuestion): GateAnswer {
  const { draft, facts, nowMs } = question;
  if (draft.purpose === 'available' && !question.isRequested)
    return shut('request', 'not-requested', {}, null);
  if (question.busyWith === 'run') return shut('earlier-run', 'earlier-run', {}, null);
  if (question.busyWith === 'next-start') return shut('earlier-run', 'next-start-update', {}, null);
  let latestStartAt: number | null = null;
  let closesAt: number | null = null;
  if (draft.respectsWindows) {
    const fit = fitsWindow({ windows: question.windows, nowMs, maxRunTimeMs: question.maxRunTimeMs });
    if (!fit.fits)
      return { isOpen: false, gate: 'window', reason: fit.reason, until: fit.earliestAt, wakes: false };
    closesAt = fit.closesAt;
    if (fit.closesAt !== null)
      latestStartAt = fit.closesAt - question.maxRunTimeMs - windowMarginMs - startReserveMs;
  }
  // An agent behind a proxy without WebSocket still checks in: its power state says so.
  if (facts.isOnline || facts.powerState === 'on') return { isOpen: true, latestStartAt, closesAt };
  if (!draft.wakesMachines && !question.beginsWithWake) return shut('machine', 'machine-off', {}, null);
  return { ...shut('machine', 'machine-waking', {}, nowMs + wakeEveryMs), wakes: true };
}

function shut(gate: MachineGate, code: string, params: Reason['params'], until: number | null) {
  return { isOpen: false as const, gate, reason: { code, params }, until, wakes: false };
}
