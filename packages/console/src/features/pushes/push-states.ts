import type { HostState, PushState } from '@tenkai/domain/push/host-state.ts';
import type { StateKind } from '../../ui/state-kinds.ts';

export const hostStateKinds: Readonly<Record<HostState, StateKind>> = {
  waiting: 'faint',
  'checking-key': 'running',
  'awaiting-approval': 'waiting',
  connecting: 'running',
  copying: 'running',
  installing: 'running',
  enrolling: 'running',
  done: 'succeeded',
  failed: 'failed',
  cancelled: 'neutral',
  interrupted: 'failed',
};

export const pushStateKinds: Readonly<Record<PushState, StateKind>> = {
  'awaiting-approval': 'waiting',
  running: 'running',
  interrupted: 'failed',
  failed: 'failed',
  cancelled: 'neutral',
  done: 'succeeded',
};
