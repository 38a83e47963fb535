import type { Static } from 'typebox';
import * as Type from 'typebox';
import type { RunStatus } from '../scenario/run-progress.ts';

/** Where a machine is with a package of automatic update (BAUT-27). */
export const UpdateState = Type.Union([
  Type.Literal('not-applicable'),
  Type.Literal('waiting-time'),
  Type.Literal('waiting-start'),
  Type.Literal('delivering'),
  Type.Literal('applying'),
  Type.Literal('applied'),
  Type.Literal('failed'),
  Type.Literal('held'),
]);
export type UpdateState = Static<typeof UpdateState>;

export const updateStates: readonly UpdateState[] = UpdateState.anyOf.map((one) => one.const);

/** What a run that has not ended means for the state; `code` is the reason for which it waits. */
export function stateOfOpenRun(status: RunStatus, code: string | null): UpdateState {
  if (status === 'executing' || status === 'restarting' || status === 'verifying') return 'applying';
  if (status !== 'waiting' || code === null) return 'delivering';
  if (code.startsWith('window-')) return 'waiting-time';
  return code === 'machine-off' || code === 'machine-off-meanwhile' ? 'waiting-start' : 'delivering';
}
