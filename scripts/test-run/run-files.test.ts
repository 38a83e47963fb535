import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findTestFiles } from './find-test-files.ts';
import { hostSeconds, lanesFor, longestFirst, withEmulatedMachines } from './lanes.ts';
import { runFiles } from './run-files.ts';

const root = join(import.meta.dirname, '../..');

/** A test that leaves a file in `running` while it runs, counts who else does, and ends only when that many have. */
const source = (together: number) => `
import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
const own = basename(import.meta.filename);
const kind = own.split('-')[0];
test('meets ${together}', { timeout: 60_000 }, async () => {
  mkdirSync('running', { recursive: true });
  writeFileSync('running/' + own, '');
  appendFileSync('begun', own + '\\n');
  const others = () => readdirSync('running').filter((name) => name.startsWith(kind));
  let most = 0;
  while (most < ${together}) {
    most = Math.max(most, others().length);
    await delay(20);
  }
  // Whoever came at the same time sees us too.
  await delay(300);
  appendFileSync('most', kind + ' ' + Math.max(most, others().length) + '\\n');
  rmSync('running/' + own);
});`;

test('two files with hosts run at a time, never three, in their order, and light ones beside them', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-run-files-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const names = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${kind}-${index}.test.mjs`);
  const [hosts, light] = [names('host', 4), names('light', 2)];
  const [first, rest] = [hosts.slice(0, 2), hosts.slice(2)];
  for (const name of first) await writeFile(join(folder, name), source(2));
  for (const name of [...rest, ...light]) await writeFile(join(folder, name), source(1));
  const ended: string[] = [];
  const results = await runFiles({
    root: folder,
    signal: new AbortController().signal,
    hosts: { files: hosts, timeLimitMs: 90_000, lanes: 2 },
    light: { files: light, timeLimitMs: 90_000, lanes: 1 },
    onEnd: ({ file }) => ended.push(file),
  });
  assert.deepEqual(
    results.flatMap((result) => [result.problem, ...result.tests.map(({ outcome }) => outcome)]),
    results.flatMap(() => [undefined, 'passed']),
  );
  assert.deepEqual(ended.toSorted(), [...hosts, ...light].sort());
  const lines = async (name: string) => (await readFile(join(folder, name), 'utf8')).trim().split('\n');
  const begun = (await lines('begun')).filter((name) => name.startsWith('host'));
  assert.deepEqual([begun.slice(0, 2).sort(), begun.slice(2).sort()], [first, rest]);
  const most = (await lines('most')).filter((line) => line.startsWith('host'));
  assert.deepEqual(most.slice(0, 2), ['host 2', 'host 2']);
  assert.ok(
    most.every((line) => line !== 'host 3'),
    most.join(),
  );
});

test('of heavy files never two run at a time, and all of them run', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-run-files-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = ['heavy-0', 'heavy-1', 'other-0', 'heavy-2'].map((name) => `${name}.test.mjs`);
  for (const name of files) await writeFile(join(folder, name), source(1));
  const results = await runFiles({
    root: folder,
    signal: new AbortController().signal,
    hosts: { files, timeLimitMs: 90_000, lanes: 2, isHeavy: (file) => file.startsWith('heavy') },
    light: { files: [], timeLimitMs: 90_000, lanes: 1 },
    onEnd: () => {},
  });
  assert.deepEqual(results.map(({ file }) => file).sort(), files.toSorted());
  const most = (await readFile(join(folder, 'most'), 'utf8')).trim().split('\n').sort();
  assert.deepEqual(most, ['heavy 1', 'heavy 1', 'heavy 1', 'other 1']);
});

test('the files with emulated machines are those that start one', async () => {
  const { hosts } = await findTestFiles(root, []);
  const starting = [];
  for (const file of hosts)
    if (/from '[^']*qemu-machine\.ts'/.test(await readFile(join(root, file), 'utf8'))) starting.push(file);
  assert.deepEqual(starting.sort(), [...withEmulatedMachines].sort());
});

test('the seconds of files with hosts are those of files that there are, and the longest begin first', async () => {
  const { hosts } = await findTestFiles(root, []);
  assert.deepEqual(
    Object.keys(hostSeconds).filter((file) => !hosts.includes(file)),
    [],
    'no such file: rename or remove it in scripts/test-run/lanes.ts',
  );
  const ordered = longestFirst(hosts);
  assert.deepEqual(ordered.toSorted(), hosts.toSorted());
  const seconds = ordered.map((file) => hostSeconds[file] ?? 0);
  assert.deepEqual(
    seconds,
    seconds.toSorted((a, b) => b - a),
  );
  assert.notEqual(seconds.at(0), 0);
});

test('two files with hosts at a time only where the memory holds two', () => {
  const GiB = 1024 ** 3;
  assert.deepEqual(lanesFor(2, 8 * GiB), { hosts: 2, light: 1 });
  assert.deepEqual(lanesFor(2, 4 * GiB), { hosts: 1, light: 1 });
  assert.deepEqual(lanesFor(1, 64 * GiB), { hosts: 1, light: 1 });
  assert.deepEqual(lanesFor(16, 64 * GiB), { hosts: 2, light: 3 });
});
