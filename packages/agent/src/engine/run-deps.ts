import type { DeliveryFigures } from '@tenkai/domain/deployment/multicast.ts';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Boundary } from '../boundary.ts';
import type { Log } from '../log.ts';
import type { Platform } from '../platform/platform.ts';
import type { StepDeps } from './one-step.ts';
import type { Recorder } from './record.ts';

export interface RunDeps extends StepDeps {
  readonly order: RunOrder;
  readonly recorder: Recorder;
  readonly platform: Platform;
  readonly log: Log;
  readonly boundary: Boundary;
  /** Aborts when an administrator cancels the run. */
  readonly cancel: AbortSignal;
  /** Aborts when the engine is to stop: the run goes on in a later one. */
  readonly stop: AbortSignal;
  /** Called after each step that was done, whatever came of it. Never throws. */
  readonly afterStep: (stop: AbortSignal) => Promise<void>;
  /** Brings all content, and tells how where multicast was meant; @throws Failure. */
  readonly deliver: (signal: AbortSignal) => Promise<DeliveryFigures | undefined>;
}
