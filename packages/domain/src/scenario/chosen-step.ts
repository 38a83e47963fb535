import type { RuntimeCondition } from './frozen-step.ts';
import type { Step } from './scenario.ts';

/** A step of the scenario that this machine will do, before it is frozen. */
export interface ChosenStep {
  readonly step: Step;
  readonly condition: RuntimeCondition | null;
  readonly continueOnError: boolean;
  /** Was put before another step because that one's program requires it (DIST-14). */
  readonly isDependency: boolean;
}
