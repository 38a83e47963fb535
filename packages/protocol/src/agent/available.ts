import { Reason } from '@tenkai/domain/scenario/frozen-step.ts';
import { RunStatus } from '@tenkai/domain/scenario/run-progress.ts';
import type { Static } from 'typebox';
import * as Type from 'typebox';

/** One deployment that people may ask for on this machine, or have asked for. */
export const AvailableDeployment = Type.Object({
  /** The run by which it is asked for. */
  runId: Type.String(),
  deploymentId: Type.String(),
  name: Type.String(),
  description: Type.String(),
  status: RunStatus,
  /** Nobody has asked for it yet, or it has failed: it may be asked for. */
  isOffered: Type.Boolean(),
  reason: Type.Union([Reason, Type.Null()]),
  /** Epoch milliseconds; null: nothing is known of a time. */
  waitsUntil: Type.Union([Type.Integer(), Type.Null()]),
  requestedBy: Type.Union([Type.String(), Type.Null()]),
  finishedAt: Type.Union([Type.Integer(), Type.Null()]),
});
export type AvailableDeployment = Static<typeof AvailableDeployment>;

/** `GET /agent/v1/available`: information for people; what is run comes as a signed order all the same. */
export const AvailableReply = Type.Object({ items: Type.Array(AvailableDeployment) });
export type AvailableReply = Static<typeof AvailableReply>;
