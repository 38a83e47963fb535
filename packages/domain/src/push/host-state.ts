/** Where one machine of a push stands. */
export const hostStates = [
  'waiting',
  'checking-key',
  'awaiting-approval',
  'connecting',
  'copying',
  'installing',
  'enrolling',
  'done',
  'failed',
  'cancelled',
  'interrupted',
] as const;
export type HostState = (typeof hostStates)[number];

/**
 * What happens to it. `resume`: the server has started again and needs no secret for it, or still has one;
 * `lose-secret`: it has started again, and the secret that was given once is gone.
 */
export type HostEvent =
  | 'begin'
  | 'ask-key'
  | 'approve'
  | 'connect'
  | 'copy'
  | 'install'
  | 'installed'
  | 'finish'
  | 'fail'
  | 'cancel'
  | 'retry'
  | 'resume'
  | 'lose-secret';

type Row = Partial<Record<HostEvent, HostState>>;

const beforeChange: Row = {
  fail: 'failed',
  cancel: 'cancelled',
  resume: 'waiting',
  'lose-secret': 'interrupted',
};

const table: Readonly<Record<HostState, Row>> = {
  waiting: { ...beforeChange, begin: 'checking-key' },
  'checking-key': { ...beforeChange, 'ask-key': 'awaiting-approval', connect: 'connecting' },
  // Whoever approves gives it back to the queue.
  'awaiting-approval': { ...beforeChange, approve: 'waiting', resume: 'awaiting-approval' },
  connecting: {
    ...beforeChange,
    connect: 'connecting',
    copy: 'copying',
    installed: 'enrolling',
    finish: 'done',
  },
  copying: {
    ...beforeChange,
    connect: 'connecting',
    install: 'installing',
    installed: 'enrolling',
    finish: 'done',
  },
  // A package manager is not cut off in the middle: it cannot be cancelled from here on.
  installing: {
    connect: 'connecting',
    installed: 'enrolling',
    finish: 'done',
    fail: 'failed',
    resume: 'waiting',
    'lose-secret': 'interrupted',
  },
  // Nothing more is done to the machine, so that no secret is needed.
  enrolling: { finish: 'done', fail: 'failed', resume: 'enrolling', 'lose-secret': 'enrolling' },
  done: {},
  failed: { retry: 'waiting' },
  cancelled: { retry: 'waiting' },
  interrupted: { retry: 'waiting', cancel: 'cancelled' },
};

/** The state after an event; undefined: it cannot happen there. */
export const nextHostState = (state: HostState, event: HostEvent): HostState | undefined =>
  table[state][event];

/** In which an event can happen. */
export const statesBefore = (event: HostEvent): HostState[] =>
  hostStates.filter((state) => table[state][event] !== undefined);

/** Those of a machine for which something is still to be done there, and so a secret is still needed. */
export const needsSecret = (state: HostState) => table[state]['lose-secret'] === 'interrupted';

export type HostCounts = Readonly<Partial<Record<HostState, number>>>;
export type PushState = 'awaiting-approval' | 'running' | 'interrupted' | 'failed' | 'cancelled' | 'done';

/** The one thing about a push that somebody should know first. */
export function pushStateOf(counts: HostCounts): PushState {
  const has = (...states: HostState[]) => states.some((state) => (counts[state] ?? 0) > 0);
  if (has('awaiting-approval')) return 'awaiting-approval';
  if (has('waiting', 'checking-key', 'connecting', 'copying', 'installing', 'enrolling')) return 'running';
  if (has('interrupted')) return 'interrupted';
  if (has('failed')) return 'failed';
  return has('cancelled') ? 'cancelled' : 'done';
}
