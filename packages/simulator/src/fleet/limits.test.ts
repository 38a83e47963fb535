import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import fc from 'fast-check';
import type { ProgramLine, ProgramRequest } from '../program.ts';
import { checkLimits, countProcesses, readLimits, type SystemLimits } from './limits.ts';

const limits: SystemLimits = { files: 20_000, ports: 28_232, tasks: 96_000, memoryMB: 24_000, cores: 2 };

test('as many processes as open files ask for', () => {
  assert.equal(countProcesses(10, limits), 1);
  assert.equal(countProcesses(10_000, limits), 2);
  assert.equal(countProcesses(20_000, limits), 2);
  assert.equal(countProcesses(100_000, limits), 9);
  assert.equal(countProcesses(20_000, { ...limits, files: 1024 }), 27);
});

test('what is counted fits: no number of machines is spread over too few processes', () => {
  const numbers = {
    count: fc.integer({ min: 1, max: 150_000 }),
    files: fc.integer({ min: 256, max: 1_000_000 }),
  };
  fc.assert(
    fc.property(fc.record(numbers), ({ count, files }) => {
      const here = { ...limits, files, tasks: Number.POSITIVE_INFINITY, memoryMB: Number.POSITIVE_INFINITY };
      const processes = countProcesses(count, here);
      checkLimits({ count, processes }, here);
      if (processes === 1 || processes <= limits.cores || count / (processes - 1) > 12_000) return;
      const fewer = { count, processes: processes - 1 };
      assert.throws(() => checkLimits(fewer, here), { code: 'simulator-too-few-files' });
    }),
  );
});

test('files, threads and memory that a system does not have are told with what is needed', () => {
  const refused = (processes: number, over: Partial<SystemLimits>) => {
    try {
      checkLimits({ count: 20_000, processes }, { ...limits, ...over });
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.equal(refused(2, {}), null);
  assert.match(
    refused(1, {}) ?? '',
    /20000 machines in 1 processes open 21800 files in each; .* allows 20000/,
  );
  assert.match(refused(256, { tasks: 1024 }) ?? '', /256 processes have 3072 threads; .* 1024/);
  assert.match(refused(2, { memoryMB: 2000 }) ?? '', /20000 machines in 2 processes take 4440 MB .* 2000 MB/);
});

test('what this system allows is read, and is no guess', { skip: process.platform !== 'linux' }, async () => {
  const { files, ports, tasks, memoryMB, cores } = await readLimits();
  assert.ok(files >= 64 && ports >= 1000 && tasks >= 64 && memoryMB >= 64 && cores >= 1);
});

/** The simulator's program below a limit of open files, as a shell gives it. */
async function simulateBelow(
  t: TestContext,
  server: TestServer,
  files: number,
  request: Pick<ProgramRequest, 'count' | 'processes'>,
) {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-limits-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const program = join(import.meta.dirname, '..', 'main.ts');
  const shell = ['-c', `ulimit -n ${files} && exec "$0" "$1"`, process.execPath, program];
  const child = spawn('bash', shell, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const rest = {
    url: server.baseUrl,
    seed: 7,
    profile: 'classroom',
    speed: 1,
    stateFolder: join(folder, 'fleet'),
  };
  const say = (line: object) => child.stdin.write(`${JSON.stringify(line)}\n`);
  say({ ...rest, ...request });
  const heard: ProgramLine[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as ProgramLine;
    heard.push(line);
    if (line.kind === 'admit') {
      const body = { name: 'simulation', maxUses: line.machines, validHours: 1 };
      const { secret, rootFingerprint } = await server.call(enrollmentRoutes.createTicket, { body });
      say({ ticket: secret, rootFingerprint });
    }
    if (line.kind === 'begun') child.kill('SIGTERM');
  }
  await ended;
  const of = <K extends ProgramLine['kind']>(kind: K) =>
    heard.find((line): line is Extract<ProgramLine, { kind: K }> => line.kind === kind);
  return { started: of('started'), ended: of('ended'), failed: of('failed'), admit: of('admit') };
}

test('300 machines where a process may open 300 files: spread over as many as it takes, none without a line', {
  timeout: 180_000,
  skip: process.platform !== 'linux',
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const alone = await simulateBelow(t, server, 300, { count: 300, processes: 1 });
  assert.equal(alone.failed?.problem.code, 'simulator-too-few-files');
  assert.equal(alone.admit, undefined, 'it is refused before the site is asked for a ticket');
  assert.equal((await server.call(machineRoutes.list)).items.length, 0);

  const spread = await simulateBelow(t, server, 300, { count: 300, processes: null });
  assert.equal(spread.failed, undefined);
  assert.equal(spread.started?.processes, countProcesses(300, { files: 300, cores: 1 }));
  assert.deepEqual([spread.ended?.tally.counts.enrolled, spread.ended?.tally.counts.refused], [300, 0]);
  assert.deepEqual(
    Object.keys(spread.ended?.tally.troubles ?? {}).filter((trouble) => trouble.includes('EMFILE')),
    [],
  );
});
