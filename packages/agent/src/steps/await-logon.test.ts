import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../platform/platform.ts';
import { awaitLogon, type LogonNeed } from './await-logon.ts';
import type { StepContext } from './step.ts';

const session = (shows: Session['shows'], isActive = true): Session => ({
  id: '1',
  user: 'alice',
  uid: 1000,
  isActive,
  shows,
});

const minute = 60_000;

/** A step that began so long ago, on a machine with these sessions. */
function waiting(sessions: readonly Session[], sinceMs: number) {
  const need: LogonNeed = { logon: 'only-when-unlocked', logonDeadlineMinutes: 30 };
  const context = {
    index: 0,
    startedAt: 1000,
    now: () => 1000 + sinceMs,
    signal: new AbortController().signal,
    platform: { sessions: { list: async () => [...sessions] } },
    log: { info: () => undefined },
    stillHere: () => undefined,
  } as unknown as StepContext;
  return awaitLogon(context, need);
}

test('BAGT-23: at its deadline the hold ends as a failure that says what was in the way; a crash does not move it', async () => {
  const cases = [
    [[], 'nobody'],
    [[session('lock')], 'lock'],
    [[session('screen-saver')], 'screen-saver'],
    [[session('desktop', false)], 'nobody'],
    [[session('elsewhere')], 'nobody'],
    [[session('elsewhere'), session('lock')], 'lock'],
  ] as const;
  for (const [sessions, state] of cases)
    await assert.rejects(waiting(sessions, 31 * minute), {
      code: 'session-wait-over',
      params: { minutes: 30, state },
    });
});

test('BAGT-22: an unlocked session is enough, also beside a locked one; a machine that cannot tell refuses at once', async () => {
  await waiting([session('lock'), session('desktop')], 0);
  await waiting([session('desktop')], 31 * minute);
  await assert.rejects(waiting([session('unknown')], 0), { code: 'session-state-unknown' });
});
