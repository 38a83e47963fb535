/** A benchmark that is ended from outside leaves neither a process nor a folder. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { until } from '@tenkai/testkit/rig/until.ts';

const script = join(import.meta.dirname, '../bench.ts');

/** A benchmark that would go on for an hour, with a folder of its own for what it makes. */
function begin(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-interrupted-'));
  const args = [script, 'check-in', '--agents', '2', '--rounds', '60', '--seconds', '60'];
  const bench = spawn(process.execPath, args, {
    env: { ...process.env, TMPDIR: folder },
    stdio: 'ignore',
  });
  atEnd(t, () => {
    for (const pid of startedIn(folder)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return { bench, folder };
}

/** Processes for which this is the folder of temporary files. */
const startedIn = (folder: string) => pidsWhere('environ', `TMPDIR=${folder}`);

function pidsWhere(part: 'environ' | 'cmdline', text: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => textOf(pid, part).includes(text));
}

/** One that has gone meanwhile says nothing. */
function textOf(pid: number, part: string): string {
  try {
    return readFileSync(`/proc/${pid}/${part}`, 'utf8');
  } catch {
    return '';
  }
}

const options = {
  timeout: 180_000,
  skip: process.platform !== 'linux' && 'processes are looked for in /proc',
};

for (const [signal, status] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)
  test(`a benchmark that ${signal} ends takes its server and its folder with it`, options, async (t) => {
    const { bench, folder } = begin(t);
    const server = () => pidsWhere('cmdline', `${folder}/`).length > 0;
    await until('the server runs', server);
    bench.kill(signal);
    assert.deepEqual(await once(bench, 'exit'), [status, null]);
    await until('nothing runs any more', () => startedIn(folder).length === 0);
    assert.deepEqual(readdirSync(folder), []);
  });
