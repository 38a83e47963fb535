import { defineFailures } from '../failure.ts';
import type { MachineFacts } from '../machine/machine.ts';
import type { SoftwarePackage } from '../software/software-package.ts';
import type { FrozenStep, Reason } from './frozen-step.ts';
import type { RunTiming, TimingDraft } from './run-settings.ts';
import type { ScenarioDraft } from './scenario.ts';

defineFailures({
  'package-missing': {
    kind: 'conflict',
    message: 'Package {packageId} does not exist.',
    remedy: 'Register the package, or take the step out of the scenario.',
  },
  'program-missing': {
    kind: 'conflict',
    message: 'Package {packageId} has no program {program}.',
    remedy: 'Choose one of the programs of the package.',
  },
  'dependency-cycle': {
    kind: 'conflict',
    message: 'Programs require each other in a circle: {path}.',
    remedy: 'Remove one of the requirements named in the path.',
  },
});

export interface PlanInput {
  readonly scenario: Pick<ScenarioDraft, 'steps' | 'options' | 'variables'>;
  /** Sealed revisions of every package that the scenario may need, by id. */
  readonly packages: ReadonlyMap<string, SoftwarePackage>;
  readonly facts: MachineFacts;
  /** What the deployment says about timing and power; absent: nothing, so that all is as the scenario says. */
  readonly deployed?: TimingDraft;
  /** Of the deployment; they win over the scenario's. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether this machine matches a query of the collections' language. */
  readonly matches: (query: string) => boolean;
}

export interface SkippedStep {
  readonly stepId: string;
  readonly name: string;
  readonly reason: Reason;
}

/** What one machine will do, and why it will not do the rest. */
export interface RunPlan {
  /** unknown: the machine has not reported its inventory yet, ask again when it has. */
  readonly state: 'applicable' | 'not-applicable' | 'unknown';
  readonly reasons: readonly Reason[];
  readonly steps: readonly FrozenStep[];
  readonly skipped: readonly SkippedStep[];
  readonly variables: Readonly<Record<string, string>>;
  readonly timing: RunTiming;
  /** Once the content is there and the run waits for the next start (BSCN-20). */
  readonly powerOffAfterDelivery: boolean;
  /** After the run, and after its last restart. */
  readonly powerOffAtEnd: boolean;
  /** Content to bring to the machine, each once. */
  readonly bytes: number;
  /** Restarts that are certain; those that an installer may ask for are not counted. */
  readonly restarts: number;
  /** Sum of the steps' limits: what must fit into a maintenance window. */
  readonly maxRunTimeMs: number;
}

/** A plan in which nothing happens. */
export const emptyPlan: Omit<RunPlan, 'state' | 'reasons'> = {
  steps: [],
  skipped: [],
  variables: {},
  timing: 'after-delivery',
  powerOffAfterDelivery: false,
  powerOffAtEnd: false,
  bytes: 0,
  restarts: 0,
  maxRunTimeMs: 0,
};
