import type { UpdateState } from '@tenkai/domain/update/update-state.ts';
import type { StateKind } from '../../ui/state-kinds.ts';

/** In the order in which a machine passes through them. */
export const kindOfState: Readonly<Record<UpdateState, StateKind>> = {
  applied: 'succeeded',
  applying: 'running',
  delivering: 'running',
  'waiting-time': 'waiting',
  'waiting-start': 'waiting',
  held: 'failed',
  failed: 'failed',
  'not-applicable': 'faint',
};

export const shownStates = Object.keys(kindOfState) as UpdateState[];
