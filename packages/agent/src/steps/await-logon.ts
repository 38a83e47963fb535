import type { RunOptions } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import '../failures.ts';
import type { Session } from '../platform/platform.ts';
import type { StepContext, StepWait } from './step.ts';

export type LogonNeed = Pick<RunOptions, 'logon' | 'logonDeadlineMinutes' | 'keepsUnlocked'>;

const lookEveryMs = 3000;
const stillHereEveryMs = 10 * 60_000;
const ready = 'ready';

/**
 * DIST-10, BAGT-22: waits until the sessions of the machine are as the program needs them, tells the site for what, and
 * gives up at the deadline, which a crash does not move. The time does not count as run time.
 * @throws Failure session-wait-over, session-state-unknown
 */
export async function awaitLogon(context: StepContext, need: LogonNeed): Promise<void> {
  const { logon, logonDeadlineMinutes: minutes } = need;
  if (logon === 'whether-or-not') return;
  const giveUpAt = minutes === undefined ? null : context.startedAt + minutes * 60_000;
  let told: string | undefined;
  for (let toldAt = -Number.MAX_VALUE; ; ) {
    const sessions = await context.platform.sessions.list(context.signal);
    context.signal.throwIfAborted();
    const state = stateFor(logon, sessions);
    if (state === ready) break;
    if (giveUpAt !== null && context.now() >= giveUpAt)
      throw new Failure('session-wait-over', { minutes: minutes ?? 0, state });
    if (state !== told || performance.now() - toldAt > stillHereEveryMs) {
      context.log.info({ index: context.index, logon, state }, 'the step waits for the state of sessions');
      context.stillHere(waitFor(logon, state, giveUpAt));
      told = state;
      toldAt = performance.now();
    }
    await pause(lookEveryMs, context.signal);
  }
  if (told !== undefined) context.stillHere();
}

/** What is in the way; `ready`: nothing. @throws Failure session-state-unknown */
function stateFor(logon: RunOptions['logon'], sessions: readonly Session[]): string {
  if (logon === 'only-when-nobody') return sessions.length === 0 ? ready : 'somebody';
  if (logon === 'only-when-logged-on') return sessions.length > 0 ? ready : 'nobody';
  const active = sessions.filter(({ isActive, shows }) => isActive && shows !== 'elsewhere');
  if (active.some(({ shows }) => shows === 'desktop')) return ready;
  if (active.some(({ shows }) => shows === 'unknown')) throw new Failure('session-state-unknown');
  return active[0]?.shows ?? 'nobody';
}

const reasons: Readonly<Record<string, string>> = {
  nobody: 'session-nobody',
  lock: 'session-locked',
  'screen-saver': 'session-screen-saver',
};

/** Only what people at the machine can end has a sentence of its own. */
function waitFor(logon: RunOptions['logon'], state: string, until: number | null): StepWait | undefined {
  const code = logon === 'only-when-unlocked' ? reasons[state] : undefined;
  return code === undefined ? undefined : { reason: { code, params: {} }, until };
}
