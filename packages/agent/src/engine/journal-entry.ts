import type { Reason, StepResult } from '@tenkai/domain';
import type { DeliveryFigures } from '@tenkai/domain/deployment/multicast.ts';
import type { RunReport } from '@tenkai/protocol/agent/reports.ts';

/** Where the engine runs: bare metal crosses from one to the other within one run and one journal. */
export type Phase = 'installed-system' | 'boot-environment';

/** What happened, in the order of the run. Each line is on the disk before the next thing begins (law 9). */
export type JournalEvent =
  | { readonly event: 'received' | 'delivering' | 'executing' | 'verifying' }
  /** `delivery`: how it came, where multicast was meant. */
  | { readonly event: 'delivered'; readonly delivery?: DeliveryFigures }
  | { readonly event: 'resumed'; readonly bootId: string }
  /** Delivered and verified in this boot; the run begins in another one (BSCN-19). */
  | { readonly event: 'staged'; readonly bootId: string }
  /** `tries` counts from 1: a step that was interrupted may be started again. */
  | {
      readonly event: 'step-started';
      readonly index: number;
      readonly bootId: string;
      readonly tries: number;
    }
  /** Looked at before the program started, and needed for its result. No report. */
  | { readonly event: 'step-noted'; readonly index: number; readonly versionBefore: string | null }
  /** `wantsRestart`: the program asked for one by its exit code; `hasActed`: it changed or may have changed something. */
  | {
      readonly event: 'step-finished';
      readonly index: number;
      readonly result: StepResult;
      readonly wantsRestart: boolean;
      readonly hasActed: boolean;
    }
  /** People have put off the restart that was announced to them; `wish` is what they asked for it with. */
  | {
      readonly event: 'restart-postponed';
      readonly index: number;
      readonly until: number;
      readonly user: string;
      readonly timesLeft: number;
      readonly wish: string;
    }
  /** The command for it comes next; `bootId` is the one that is to end. */
  | { readonly event: 'restarting' | 'shutting-down'; readonly index: number; readonly bootId: string }
  | {
      readonly event: 'finished';
      readonly succeeded: boolean;
      readonly reason: Reason | null;
      readonly verified: NonNullable<RunReport['verified']>;
    }
  | { readonly event: 'cancelled' }
  | { readonly event: 'refused'; readonly reason: Reason }
  /** After the end, or once it is staged, where the scenario says so. No report. */
  | { readonly event: 'powering-off'; readonly bootId: string };

export type JournalEntry = JournalEvent & {
  /** Line number from 1: the entry's place in the outbox stream of the run. */
  readonly line: number;
  /** Epoch milliseconds of this machine's clock. */
  readonly at: number;
  readonly phase: Phase;
};
