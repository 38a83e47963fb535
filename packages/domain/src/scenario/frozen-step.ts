import type { Static } from 'typebox';
import * as Type from 'typebox';
import type { Condition } from '../software/condition.ts';
import { Detection } from '../software/detection.ts';
import { ExitCodes, RunOptions } from '../software/program.ts';
import { HookScript } from '../software/software-package.ts';
import { RestartPostponement } from './postpone-restart.ts';

/** Why something was skipped, held back or refused: a stable code with parameters; the console has the sentence. */
export const Reason = Type.Object({
  code: Type.String({ minLength: 1, maxLength: 64 }),
  params: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
});
export type Reason = Static<typeof Reason>;

/** What is left of a condition after planning: only what the machine itself must decide. */
export const RuntimeConditionSchema = Type.Union([
  Type.Object({
    kind: Type.Union([Type.Literal('all'), Type.Literal('any')]),
    of: Type.Array(Type.Ref('RuntimeCondition')),
  }),
  Type.Object({ kind: Type.Literal('not'), of: Type.Ref('RuntimeCondition') }),
  Type.Object({
    kind: Type.Literal('variable'),
    name: Type.String(),
    operator: Type.Union([Type.Literal('='), Type.Literal('!='), Type.Literal('exists')]),
    value: Type.String(),
  }),
  Type.Object({
    kind: Type.Union([Type.Literal('previous-step'), Type.Literal('step-before')]),
    outcome: Type.Union([Type.Literal('succeeded'), Type.Literal('failed')]),
  }),
]);
export type RuntimeCondition =
  | { kind: 'all' | 'any'; of: RuntimeCondition[] }
  | { kind: 'not'; of: RuntimeCondition }
  | { kind: 'variable'; name: string; operator: '=' | '!=' | 'exists'; value: string }
  /** previous-step: the last one that was not skipped. step-before: the one just before, which counts skipped too. */
  | { kind: 'previous-step' | 'step-before'; outcome: 'succeeded' | 'failed' };

/** The content that a step needs on disk before it starts. */
const content = Type.Union([
  Type.Object({
    contentId: Type.String(),
    packageId: Type.String(),
    revision: Type.Integer(),
    bytes: Type.Integer(),
  }),
  Type.Null(),
]);

const frozen = {
  /** Position in the run; the name of the step in journal and reports. */
  index: Type.Integer({ minimum: 0 }),
  /** Step id of the scenario; a step that the planner added has the id of its cause and a suffix. */
  id: Type.String(),
  name: Type.String(),
  condition: Type.Union([Type.Unsafe<RuntimeCondition>(Type.Ref('RuntimeCondition')), Type.Null()]),
  continueOnError: Type.Boolean(),
  timeoutMs: Type.Integer({ minimum: 1000 }),
};

/**
 * A step as one machine gets it: everything decided that the server can decide, so that the agent needs to ask
 * nothing. Part of the signed order: additive changes only.
 */
export const FrozenStep = Type.Union([
  Type.Object({
    ...frozen,
    kind: Type.Literal('install-package'),
    content,
    packageId: Type.String(),
    packageName: Type.String(),
    packageVersion: Type.String(),
    program: Type.String(),
    executable: Type.Union([Type.String(), Type.Null()]),
    parameters: Type.String(),
    options: RunOptions,
    exitCodes: ExitCodes,
    detection: Type.Array(Detection),
    /** BPKG-48..52: asked on the machine before anything else; where it does not hold the step is skipped. */
    applicableWhen: Type.Union([Type.Unsafe<Condition>(Type.Ref('Condition')), Type.Null()]),
    before: Type.Union([HookScript, Type.Null()]),
    after: Type.Union([HookScript, Type.Null()]),
    /** A dependency: an already detected one is not run again (DIST-14). */
    isDependency: Type.Boolean(),
  }),
  Type.Object({
    ...frozen,
    kind: Type.Literal('run-program'),
    content,
    executable: Type.Union([Type.String(), Type.Null()]),
    parameters: Type.String(),
    options: RunOptions,
    exitCodes: ExitCodes,
  }),
  Type.Object({
    ...frozen,
    kind: Type.Literal('run-script'),
    interpreter: Type.Union([
      Type.Literal('sh'),
      Type.Literal('bash'),
      Type.Literal('powershell'),
      Type.Literal('cmd'),
    ]),
    text: Type.String(),
    exitCodes: ExitCodes,
  }),
  Type.Object({
    ...frozen,
    kind: Type.Literal('copy-files'),
    content,
    from: Type.String(),
    to: Type.String(),
  }),
  /** `ifNeeded`: only where an earlier step asked for it (exit code of ExitCodes.restart). */
  Type.Object({
    ...frozen,
    kind: Type.Literal('restart'),
    delaySeconds: Type.Integer(),
    ifNeeded: Type.Boolean(),
    /** Not empty: skipped where all of them hold, for the package that it prepares is there already (BPKG-33). */
    skipIfDetected: Type.Array(Detection),
    /** How far people may put it off; absent: not at all. */
    postponement: Type.Optional(RestartPostponement),
  }),
  Type.Object({ ...frozen, kind: Type.Literal('shut-down'), delaySeconds: Type.Integer() }),
  Type.Object({ ...frozen, kind: Type.Literal('wake') }),
  Type.Object({ ...frozen, kind: Type.Literal('wait'), seconds: Type.Integer() }),
]);
export type FrozenStep = Static<typeof FrozenStep>;
export type FrozenInstall = Extract<FrozenStep, { kind: 'install-package' }>;

/** Content ids that a run needs, each once, in order of first use. */
export function contentOf(steps: readonly FrozenStep[]): { contentId: string; bytes: number }[] {
  const found = new Map<string, number>();
  for (const step of steps) {
    if ('content' in step && step.content) found.set(step.content.contentId, step.content.bytes);
  }
  return [...found].map(([contentId, bytes]) => ({ contentId, bytes }));
}
