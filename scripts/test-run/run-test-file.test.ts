import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type FileResult, runTestFile } from './run-test-file.ts';
import { closingLines, count, fileLines, isGreen } from './summary.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenkai-run-test-file-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function runSource(
  source: string,
  timeLimitMs = 60_000,
  signal = new AbortController().signal,
): Promise<FileResult> {
  await writeFile(
    join(folder, 'sample.test.mjs'),
    `import { after, before, describe, it, test } from 'node:test';\n${source}`,
  );
  return runTestFile({ root: folder, file: 'sample.test.mjs', timeLimitMs, signal });
}

const outcomes = (result: FileResult) => result.tests.map((one) => `${one.outcome} ${one.path.join(' > ')}`);

test('a file of passing tests is green, with the suites in the names', async () => {
  const result = await runSource(
    `describe('suite', () => { it('one', () => {}); }); test('two', async (t) => { await t.test('three', () => {}); });`,
  );
  assert.deepEqual(outcomes(result), ['passed suite > one', 'passed two > three', 'passed two']);
  assert.equal(result.problem, undefined);
  assert.ok(isGreen(count([result])));
});

test('a failing test is counted and its error shown', async () => {
  const result = await runSource(
    `test('good', () => {}); test('bad', () => { throw new Error('the reason'); });`,
  );
  assert.deepEqual(count([result]), { passed: 1, failed: 1, skipped: 0 });
  assert.match(fileLines(result).join('\n'), /the reason/);
  assert.equal(result.problem, undefined);
});

test('a failure inside a suite or test is counted once', async () => {
  const result = await runSource(
    `describe('suite', () => { it('bad', () => { throw new Error('x'); }); }); test('parent', (t) => t.test('child', () => { throw new Error('y'); }));`,
  );
  assert.deepEqual(outcomes(result), ['failed suite > bad', 'failed parent > child']);
});

test('every skip is said with its reason, and a test to do is a skip', async () => {
  const result = await runSource(`
    test('good', () => {});
    test('a', { skip: 'no root here' }, () => {});
    test('b', (t) => t.skip('no tool'));
    test('c', { todo: 'later' }, () => { throw new Error('not yet'); });
    describe('d', { skip: 'no suite' }, () => { it('inner', () => {}); });`);
  const lines = closingLines([result], count([result]));
  assert.equal(lines.at(-1), '1 passed, 0 failed, 4 skipped');
  assert.match(
    lines.join('\n'),
    /SKIPPED: .*: a: no root here\n.*: b: no tool\n.*: c: to do: later\n.*: d: no suite/,
  );
});

test('a failing hook fails the file', async () => {
  const result = await runSource(
    `describe('suite', () => { before(() => { throw new Error('hook'); }); it('one', () => {}); });`,
  );
  assert.equal(isGreen(count([result])), false);
  assert.ok(count([result]).failed > 0);
});

test('a file without a test, or one that crashes, is a failure', async () => {
  assert.equal((await runSource('')).problem, 'holds no test');
  const crashed = await runSource(
    `test('good', () => {}); process.on('exit', () => { process.exitCode = 3; });`,
  );
  assert.equal(crashed.problem, 'ended with status 3');
  assert.deepEqual(count([crashed]), { passed: 1, failed: 1, skipped: 0 });
  assert.equal(isGreen(count([])), false, 'a run without any test is not green');
});

test('a test that never ends is stopped at the time limit and named', async () => {
  const result = await runSource(
    `test('endless', () => new Promise((resolve) => setTimeout(resolve, 600_000)));`,
    4000,
  );
  assert.equal(result.problem, 'stopped at its time limit of 4 s; still running: endless');
});

test('an error that comes after its test has ended is told with the file', async () => {
  const result = await runSource(`
    test('forgets to wait', () => { setTimeout(() => { throw new Error('came too late'); }, 50); });`);
  assert.equal(result.tests[0]?.outcome, 'passed');
  assert.match(result.problem ?? '', /^ended with status 1\n.*came too late/s);
});

test('an interrupted file is not green', async () => {
  const interruption = new AbortController();
  interruption.abort();
  const result = await runSource(
    `test('endless', () => new Promise((resolve) => setTimeout(resolve, 600_000)));`,
    60_000,
    interruption.signal,
  );
  assert.match(result.problem ?? '', /^interrupted/);
});

test('a process that a test left behind is ended and named', {
  skip: process.platform !== 'linux' && 'reads /proc',
}, async () => {
  const result = await runSource(`
    import { spawn } from 'node:child_process';
    test('leaves', () => { spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref(); });`);
  assert.deepEqual(
    result.leftovers.map((left) => left.command),
    ['sleep 600'],
  );
  const pid = result.leftovers[0]?.pid ?? 0;
  assert.match(
    closingLines([result], count([result])).join('\n'),
    new RegExp(`LEFT BEHIND: sample.test.mjs: ${pid} sleep 600`),
  );
});

test('a file with cables sees a network of its own, in the process that was started for it', {
  skip: process.platform !== 'linux' || process.getuid?.() !== 0 ? 'NETWORK NAMESPACES need root' : false,
}, async () => {
  await writeFile(
    join(folder, 'sample.test.mjs'),
    `import { test } from 'node:test'; import { networkInterfaces } from 'node:os'; import { readlinkSync } from 'node:fs';
     import assert from 'node:assert/strict';
     test('alone', () => {
       assert.deepEqual(Object.keys(networkInterfaces()), ['lo']);
       assert.notEqual(readlinkSync('/proc/self/ns/net'), ${JSON.stringify(readlinkSync('/proc/self/ns/net'))});
       assert.equal(process.ppid, ${process.pid});
     });`,
  );
  const signal = new AbortController().signal;
  const options = { root: folder, file: 'sample.test.mjs', timeLimitMs: 60_000, signal };
  assert.deepEqual(outcomes(await runTestFile({ ...options, hasOwnNetwork: true })), ['passed alone']);
  assert.deepEqual(outcomes(await runTestFile(options)), ['failed alone']);
});
