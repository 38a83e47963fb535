import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunResult, run } from '../shell.ts';
import { createOwnService } from './own-service.ts';

/** As sc.exe prints it in English; of other languages only the words before the colons differ. */
const saying = (state: string): RunResult => ({
  code: 0,
  stdout: `\r\nSERVICE_NAME: TenkaiAgent\r\n        TYPE               : 10  WIN32_OWN_PROCESS\r\n        STATE              : ${state}\r\n`,
  stderr: '',
  problem: '',
});
const [running, stopping, stopped] = [saying('4  RUNNING'), saying('3  STOP_PENDING'), saying('1  STOPPED')];
const absent: RunResult = { code: 1060, stdout: '', stderr: '', problem: '' };
const started = saying('2  START_PENDING');

async function asked(answers: readonly RunResult[], signal = new AbortController().signal) {
  const lines: string[] = [];
  const left = [...answers];
  const ask: typeof run = async (program, args) => {
    lines.push([program, ...args].join(' '));
    return left.shift() ?? assert.fail('asked once more');
  };
  const wasStarted = await createOwnService(ask, async () => {}).startIfStopped(signal);
  return { wasStarted, lines };
}

const sc = (act: string) => `C:\\Windows\\System32\\sc.exe ${act} TenkaiAgent`;

for (const [title, answers, wasStarted] of [
  ['runs: nothing is done', [running], false],
  ['is stopped: it is started', [stopped, started], true],
  ['is about to stop: it is started when it has', [stopping, stopping, stopped, started], true],
  ['is there no more: nothing is done', [absent], false],
  ['refuses its start', [stopped, { ...absent, code: 1058 }], false],
] as const)
  test(`HOTFIX-27: the agent's service ${title}`, async () => {
    const isStarted = answers.some((one) => one === stopped);
    const lines = answers.map((_, place) =>
      sc(isStarted && place === answers.length - 1 ? 'start' : 'query'),
    );
    assert.deepEqual(await asked(answers), { wasStarted, lines });
  });

test("HOTFIX-27: the wait for the agent's service ends with its signal", async () => {
  assert.deepEqual(await asked([stopping], AbortSignal.abort()), { wasStarted: false, lines: [sc('query')] });
});
