import type { Static } from 'typebox';
import * as Type from 'typebox';
import type { FieldProblem } from '../failure.ts';
import { defineReasons } from '../reason.ts';
import { isTimeZone } from '../schedule/zone.ts';

/** One wave: its machines get a package before those of the later rings and all others (BAUT-25). */
export const UpdateRing = Type.Object({
  collectionId: Type.String({ minLength: 1, maxLength: 64 }),
  /** So much of its machines must have it before the next ring begins. */
  successPercent: Type.Integer({ minimum: 1, maximum: 100 }),
  /** How long it must prove itself after that. */
  soakMinutes: Type.Integer({ minimum: 0, maximum: 43_200 }),
});
export type UpdateRing = Static<typeof UpdateRing>;

const Windows = Type.Union([Type.Literal('respect'), Type.Literal('ignore')]);

/** What an administrator decides about automatic update beforehand. */
export const UpdatePolicy = Type.Object({
  isOn: Type.Boolean(),
  /** Agents that are older than the site are upgraded by themselves (BAGT-06). */
  upgradesAgents: Type.Boolean(),
  /** When packages of urgency *high* go to machines that are on (BAUT-05, BAUT-07). */
  time: Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' }),
  /** IANA name. */
  timeZone: Type.String({ minLength: 1, maxLength: 64 }),
  installWindows: Windows,
  /** `respect`: what may be installed outside of a window is, and the restart waits for one (BAUT-20). */
  restartWindows: Windows,
  /** How long a signed-in user is warned before a restart. */
  restartWarningSeconds: Type.Integer({ minimum: 0, maximum: 86_400 }),
  /** After a start machines are spread over so much time (BAUT-08). */
  startDelayMinutes: Type.Integer({ minimum: 0, maximum: 240 }),
  /** Failed attempts after which a machine is held for a package (BAUT-18). */
  attempts: Type.Integer({ minimum: 1, maximum: 20 }),
  retryMinutes: Type.Integer({ minimum: 1, maximum: 10_080 }),
  rings: Type.Array(UpdateRing, { maxItems: 10 }),
  /** More failures than this among those that have ended stop a package. */
  failureLimitPercent: Type.Integer({ minimum: 0, maximum: 100 }),
  /** So many must have ended (or all of the ring) before the limit counts. */
  failureSample: Type.Integer({ minimum: 1, maximum: 10_000 }),
  /** Most machines at once with one package; null: only the site's limit counts. */
  concurrency: Type.Union([Type.Integer({ minimum: 1, maximum: 100_000 }), Type.Null()]),
});
export type UpdatePolicy = Static<typeof UpdatePolicy>;

export const defaultUpdatePolicy: UpdatePolicy = {
  isOn: true,
  upgradesAgents: true,
  time: '03:00',
  timeZone: 'UTC',
  installWindows: 'respect',
  restartWindows: 'respect',
  restartWarningSeconds: 300,
  startDelayMinutes: 10,
  attempts: 3,
  retryMinutes: 60,
  rings: [],
  failureLimitPercent: 20,
  failureSample: 10,
  concurrency: null,
};

defineReasons({
  'update-zone-unknown': 'There is no time zone {timeZone}.',
  'update-ring-twice': 'The collection {collectionId} is in two rings.',
});

/** What a schema cannot say. */
export function policyProblems({ timeZone, rings }: UpdatePolicy): FieldProblem[] {
  const problems: FieldProblem[] = isTimeZone(timeZone)
    ? []
    : [{ field: 'timeZone', code: 'update-zone-unknown', params: { timeZone } }];
  for (const [index, { collectionId }] of rings.entries()) {
    if (rings.findIndex((ring) => ring.collectionId === collectionId) === index) continue;
    problems.push({ field: `rings[${index}]`, code: 'update-ring-twice', params: { collectionId } });
  }
  return problems;
}
