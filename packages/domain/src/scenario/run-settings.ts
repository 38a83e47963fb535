import type { Static } from 'typebox';
import * as Type from 'typebox';
import { defineFailures, Failure } from '../failure.ts';
import { RestartPostponement } from './postpone-restart.ts';
import type { ScenarioOptions } from './scenario.ts';

defineFailures({
  'power-off-before-run': {
    kind: 'invalid',
    message: 'A machine cannot be switched off between delivery and run when the run follows the delivery.',
    remedy: 'Let the run begin at the next start of the machine, or switch it off after the update.',
  },
});

/**
 * 実行タイミング (BSCN-18, BSCN-19): `after-delivery`: as soon as the content is complete and verified;
 * `at-next-start`: content is delivered, and the run begins when the machine has really started anew.
 */
export const RunTiming = Type.Union([Type.Literal('after-delivery'), Type.Literal('at-next-start')]);
export type RunTiming = Static<typeof RunTiming>;

/** BSCN-20, BSCN-32: `after-update` is after the run; `after-delivery` is for runs that begin at the next start. */
export const PowerOff = Type.Union([
  Type.Literal('no'),
  Type.Literal('after-delivery'),
  Type.Literal('after-update'),
]);
export type PowerOff = Static<typeof PowerOff>;

/** What a deployment may say about timing and power; what it leaves out is as the scenario says. */
export const timingFields = {
  /** Absent: `after-delivery`. */
  timing: Type.Optional(RunTiming),
  /** BSCN-31. */
  restartAfter: Type.Optional(Type.Boolean()),
  /** BSCN-34. */
  restartAtStart: Type.Optional(Type.Boolean()),
  powerOffAtEnd: Type.Optional(PowerOff),
  /** How far people may put off the restarts; `null`: not at all, whatever the scenario says. */
  restartPostponement: Type.Optional(Type.Union([RestartPostponement, Type.Null()])),
};
const TimingDraft = Type.Object(timingFields);
export type TimingDraft = Static<typeof TimingDraft>;

/** Scenario and deployment taken together. */
export interface RunSettings {
  readonly timing: RunTiming;
  /** False where the start of the machine, for which the run waits, is this restart (BSCN-34). */
  readonly restartsAtStart: boolean;
  readonly restartsAfter: boolean;
  readonly powerOff: PowerOff;
  /** Null: restarts cannot be put off. */
  readonly restartPostponement: RestartPostponement | null;
}

/**
 * The deployment goes before the scenario. A scenario that says "power off at end" means, with `at-next-start`,
 * after the delivery, as it always did (BSCN-20); a deployment may choose.
 * @throws Failure `power-off-before-run`
 */
export function runSettings(draft: TimingDraft, options: ScenarioOptions): RunSettings {
  const timing = draft.timing ?? 'after-delivery';
  const isStaged = timing === 'at-next-start';
  if (draft.powerOffAtEnd === 'after-delivery' && !isStaged) throw new Failure('power-off-before-run');
  const scenarioPowerOff = isStaged ? 'after-delivery' : 'after-update';
  return {
    timing,
    restartsAtStart: !isStaged && (draft.restartAtStart ?? options.restartAtStart),
    restartsAfter: draft.restartAfter ?? options.restartAfter,
    powerOff: draft.powerOffAtEnd ?? (options.powerOffAtEnd ? scenarioPowerOff : 'no'),
    restartPostponement:
      draft.restartPostponement === undefined
        ? (options.restartPostponement ?? null)
        : draft.restartPostponement,
  };
}
