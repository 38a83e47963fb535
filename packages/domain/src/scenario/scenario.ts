import type { Static } from 'typebox';
import * as Type from 'typebox';
import { DeliveryMethod } from '../deployment/delivery-method.ts';
import { ProgramReference } from '../software/program.ts';
import { RestartPostponement } from './postpone-restart.ts';

const Name = Type.String({ minLength: 1, maxLength: 127 });

/**
 * When a step or group runs. `query` is the collections' language and is decided when the run is planned; the
 * others are decided on the machine, when the step's turn comes.
 */
export const StepConditionSchema = Type.Union([
  Type.Object({
    kind: Type.Union([Type.Literal('all'), Type.Literal('any')]),
    of: Type.Array(Type.Ref('StepCondition'), { maxItems: 20 }),
  }),
  Type.Object({ kind: Type.Literal('not'), of: Type.Ref('StepCondition') }),
  Type.Object({ kind: Type.Literal('query'), query: Type.String({ minLength: 1, maxLength: 4096 }) }),
  Type.Object({
    kind: Type.Literal('variable'),
    name: Name,
    operator: Type.Union([Type.Literal('='), Type.Literal('!='), Type.Literal('exists')]),
    value: Type.String({ maxLength: 1024 }),
  }),
  Type.Object({
    kind: Type.Literal('previous-step'),
    outcome: Type.Union([Type.Literal('succeeded'), Type.Literal('failed')]),
  }),
]);
export type StepCondition =
  | { kind: 'all' | 'any'; of: StepCondition[] }
  | { kind: 'not'; of: StepCondition }
  | { kind: 'query'; query: string }
  | { kind: 'variable'; name: string; operator: '=' | '!=' | 'exists'; value: string }
  | { kind: 'previous-step'; outcome: 'succeeded' | 'failed' };

const common = {
  /** Stable within the scenario, so that an edit does not lose history. */
  id: Type.String({ minLength: 1, maxLength: 64 }),
  name: Name,
  condition: Type.Optional(Type.Unsafe<StepCondition>(Type.Ref('StepCondition'))),
  /** True: a failure of this step does not end the run. */
  continueOnError: Type.Optional(Type.Boolean()),
};

const timeoutMinutes = Type.Optional(Type.Integer({ minimum: 1, maximum: 1440 }));

/** The kinds of step. A run crosses them in order; each is one line of the journal. */
export const Step = Type.Union([
  Type.Object({
    ...common,
    kind: Type.Literal('install-package'),
    packageId: Type.String({ minLength: 1, maxLength: 63 }),
    /** Null: the package's first program. */
    program: Type.Union([Type.String(), Type.Null()]),
  }),
  Type.Object({
    ...common,
    kind: Type.Literal('run-program'),
    /** Null: a command of the operating system; otherwise content and program of that package, without detection. */
    packageId: Type.Union([Type.String(), Type.Null()]),
    program: Type.Union([Type.String(), Type.Null()]),
    commandLine: Type.String({ maxLength: 8192 }),
    successCodes: Type.Optional(Type.Array(Type.Integer(), { minItems: 1, maxItems: 64 })),
    timeoutMinutes,
  }),
  Type.Object({
    ...common,
    kind: Type.Literal('run-script'),
    interpreter: Type.Union([
      Type.Literal('sh'),
      Type.Literal('bash'),
      Type.Literal('powershell'),
      Type.Literal('cmd'),
    ]),
    text: Type.String({ minLength: 1, maxLength: 262_144 }),
    successCodes: Type.Optional(Type.Array(Type.Integer(), { minItems: 1, maxItems: 64 })),
    timeoutMinutes,
  }),
  Type.Object({
    ...common,
    kind: Type.Literal('copy-files'),
    packageId: Type.String({ minLength: 1, maxLength: 63 }),
    /** Folder of the package, or empty for all of them. */
    from: Type.String({ maxLength: 1024 }),
    /** Absolute folder on the machine; made where it does not exist. */
    to: Type.String({ minLength: 1, maxLength: 1024 }),
  }),
  Type.Object({
    ...common,
    kind: Type.Literal('restart'),
    /** Seconds that a signed-in user is warned. */
    delaySeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
  }),
  Type.Object({
    ...common,
    kind: Type.Literal('shut-down'),
    delaySeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
  }),
  /** Wake-on-LAN, sent by the server while the machine is off; nothing to do where it is on. */
  Type.Object({ ...common, kind: Type.Literal('wake'), timeoutMinutes }),
  Type.Object({
    ...common,
    kind: Type.Literal('wait'),
    seconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
  }),
]);
export type Step = Static<typeof Step>;
export type StepKind = Step['kind'];

/** Steps that belong together; a condition on a group holds for each step in it. */
export const StepNodeSchema = Type.Union([
  Step,
  Type.Object({
    ...common,
    kind: Type.Literal('group'),
    steps: Type.Array(Type.Ref('StepNode'), { maxItems: 100 }),
  }),
]);
export interface StepGroup {
  kind: 'group';
  id: string;
  name: string;
  condition?: StepCondition;
  continueOnError?: boolean;
  steps: StepNode[];
}
export type StepNode = Step | StepGroup;

export const ScenarioVariable = Type.Object({
  name: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,62}$' }),
  value: Type.String({ maxLength: 4096 }),
});
export type ScenarioVariable = Static<typeof ScenarioVariable>;

export const ScenarioOptions = Type.Object({
  /** パッケージ実行後に再起動を行う (BSCN-31). */
  restartAfter: Type.Boolean(),
  /** シナリオ終了時に対象マシンの電源をOFFにする (BSCN-32). */
  powerOffAtEnd: Type.Boolean(),
  /** BSCN-34: honoured, never ignored in silence: a restart step is put first. */
  restartAtStart: Type.Boolean(),
  /** How long a signed-in user is warned before restarts that packages ask for. Absent: not at all. */
  restartWarningSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
  /** How far people may put off restarts. Absent: not at all. */
  restartPostponement: Type.Optional(RestartPostponement),
  /** Before everything else, where it is not detected yet, with what it requires itself (DIST-15). Absent: nothing. */
  runFirst: Type.Optional(ProgramReference),
  /** No restarts for packages' sake: somebody else takes care of them (BAUT-20). */
  withoutRestarts: Type.Optional(Type.Boolean()),
  /** How content reaches the machines where the deployment does not say. Absent: auto. */
  deliveryMethod: Type.Optional(DeliveryMethod),
});
export type ScenarioOptions = Static<typeof ScenarioOptions>;

export const ScenarioDraft = Type.Object({
  name: Name,
  description: Type.String({ maxLength: 2048 }),
  variables: Type.Array(ScenarioVariable, { maxItems: 100 }),
  steps: Type.Array(Type.Unsafe<StepNode>(Type.Ref('StepNode')), { minItems: 1, maxItems: 100 }),
  options: ScenarioOptions,
});
export type ScenarioDraft = Static<typeof ScenarioDraft>;

export interface Scenario extends ScenarioDraft {
  readonly id: string;
  /** Counts edits; a deployment freezes the revision that it started with. */
  readonly revision: number;
}

/** Every step of the tree in order of execution, with the groups around it, outermost first. */
export function flattenSteps(nodes: readonly StepNode[], around: readonly StepGroup[] = []): FlatStep[] {
  return nodes.flatMap((node) =>
    node.kind === 'group' ? flattenSteps(node.steps, [...around, node]) : [{ step: node, groups: around }],
  );
}

/** The id of the step that `runFirst` means; no step of a person has it. */
export const runFirstId = '.run-first';

/** The steps in order, what runs before them first. */
export function stepsWithFirst({ steps, options }: Pick<ScenarioDraft, 'steps' | 'options'>): FlatStep[] {
  const { runFirst } = options;
  if (!runFirst) return flattenSteps(steps);
  const { packageId, program } = runFirst;
  const name = program === null ? packageId : `${packageId}: ${program}`;
  const first: Step = {
    kind: 'install-package',
    id: runFirstId,
    name: name.slice(0, 127),
    packageId,
    program,
  };
  return [{ step: first, groups: [] }, ...flattenSteps(steps)];
}

export interface FlatStep {
  readonly step: Step;
  readonly groups: readonly StepGroup[];
}
