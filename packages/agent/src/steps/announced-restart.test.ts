import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '@tenkai/testkit/rig/until.ts';
import { awaitRestart } from './announced-restart.ts';
import type { StepContext, StepOf } from './step.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenkai-restart-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Machine {
  readonly isNobody: boolean;
  readonly postponements?: readonly { until: number; user: string }[];
}

/** A restart with ten minutes of warning on a machine. */
function restartOn({ isNobody, postponements = [] }: Machine) {
  const own = mkdtempSync(join(folder, 'run-'));
  const stop = new AbortController();
  const announced = join(own, 'restart.json');
  const context = {
    ...{ index: 0, startedAt: Date.now(), now: Date.now, signal: stop.signal, deploymentName: 'Updates' },
    memory: { open: { postponements } },
    window: { closesAt: null, restMs: 0 },
    runFolder: { announced, wish: join(own, 'wish.json') },
    platform: { sessions: { isNobodySignedIn: async () => isNobody, warn: async () => {} } },
    log: { info: () => {} },
  } as unknown as StepContext;
  const step = { delaySeconds: 600, postponement: { times: 3, hours: 8 } } as StepOf<'restart'>;
  return { announced, stop, end: awaitRestart(context, step) };
}

test('a restart is not announced to nobody, and waits for nobody', async () => {
  const { announced, end } = restartOn({ isNobody: true });
  await end;
  assert.ok(!existsSync(announced));
});

const kept: [string, Machine][] = [
  ['somebody is signed in, or nobody knows', { isNobody: false }],
  [
    'somebody has put it off and left',
    { isNobody: true, postponements: [{ until: Date.now() + 3_600_000, user: 'alice' }] },
  ],
];
for (const [what, machine] of kept)
  test(`a restart is announced, and waited for, where ${what}`, async () => {
    const { announced, stop, end } = restartOn(machine);
    await until('it is announced', () => existsSync(announced));
    stop.abort(new Error('enough'));
    await assert.rejects(end, /enough/);
  });
