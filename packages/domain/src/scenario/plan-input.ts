import { defineFailures } from '../failure.ts';
import type { MachineFacts } from '../machine/machine.ts';
import type { SoftwarePackage } from '../software/software-package.ts';
import type { FrozenStep, Reason } from './frozen-step.ts';
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
  readonly powerOffAtEnd: boolean;
  /** Content to bring to the machine, each once. */
  readonly bytes: number;
  /** Restarts that are certain; those that an installer may ask for are not counted. */
  readonly restarts: number;
  /** Sum of the steps' limits: what must fit into a maintenance window. */
  readonly maxRunTimeMs: number;
}

/** A restart counts this much of a maintenance window. */
export const restartTimeMs = 10 * 60_000;
