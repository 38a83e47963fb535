import type { Static } from 'typebox';
import * as Type from 'typebox';
import { timingFields } from '../scenario/run-settings.ts';
import { ScenarioVariable } from '../scenario/scenario.ts';
import { Schedule } from '../schedule/schedule.ts';
import { DeliverySettings } from './delivery.ts';

/** What is deployed: a scenario, or one program of one package (an "advertisement" of old, DIST-16). */
export const DeploymentSubject = Type.Union([
  Type.Object({ kind: Type.Literal('scenario'), scenarioId: Type.String() }),
  Type.Object({
    kind: Type.Literal('program'),
    packageId: Type.String(),
    program: Type.Union([Type.String(), Type.Null()]),
  }),
]);
export type DeploymentSubject = Static<typeof DeploymentSubject>;

/** What an administrator decides about a deployment. */
export const DeploymentDraft = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 127 }),
  subject: DeploymentSubject,
  collectionId: Type.String(),
  /** required: runs by itself. available: runs when the machine's user asks for it. */
  purpose: Type.Union([Type.Literal('required'), Type.Literal('available')]),
  schedule: Schedule,
  /** False: maintenance windows are ignored; the preview says so. */
  respectsWindows: Type.Boolean(),
  /** Most runs of this deployment at once; null: only the site's limit counts (BSRV-14, BSRV-16). */
  concurrency: Type.Union([Type.Integer({ minimum: 1, maximum: 100_000 }), Type.Null()]),
  /** Wake machines that are off before the run begins. */
  wakesMachines: Type.Boolean(),
  /** Automatic repeats after a failure (BSCN-37). */
  retries: Type.Integer({ minimum: 0, maximum: 10 }),
  variables: Type.Array(ScenarioVariable, { maxItems: 100 }),
  /** Absent: `defaultDelivery`, as older clients mean it. */
  delivery: Type.Optional(DeliverySettings),
  ...timingFields,
});
export type DeploymentDraft = Static<typeof DeploymentDraft>;

export type DeploymentStatus = 'scheduled' | 'active' | 'completed' | 'cancelled';
