/**
 * `npm test`: everything that this machine can test. Installs the programs that tests start (unless
 * TENKAI_SKIP_INSTALL=1), builds the console, checks, then runs every test file: those with real hosts a few
 * at a time, and light ones beside them (test-run/lanes.ts). With arguments: only the test files whose paths contain one of them, and nothing else.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTestFiles } from './test-run/find-test-files.ts';
import { lanesFor, longestFirst, withCables, withEmulatedMachines } from './test-run/lanes.ts';
import { runFiles } from './test-run/run-files.ts';
import type { FileResult } from './test-run/run-test-file.ts';
import { closingLines, count, fileLines, isGreen } from './test-run/summary.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lightLimitMs = 10 * 60_000;
/** The first host test of a machine also makes the Debian base. */
const hostLimitMs = 40 * 60_000;
const lanes = lanesFor(availableParallelism(), totalmem());

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());

const startedAt = new Date();
const filters = process.argv.slice(2);
const isPrepared = filters.length > 0 || (await prepare());
const files = await runAll();
await runNode('packages/testkit/src/rig/sweep.ts');
const counts = count(files);
if (filters.length === 0) await writeReport();
for (const line of closingLines(files, counts)) console.log(line);
process.exitCode = isPrepared && isGreen(counts) && !interruption.signal.aborted ? 0 : 1;

async function prepare(): Promise<boolean> {
  if (process.env.TENKAI_SKIP_INSTALL !== '1') await runNode('scripts/install-test-tools.mjs');
  const hasConsole = existsSync(join(root, 'packages/console/vite.config.ts'));
  const isBuilt = !hasConsole || (await runNode('scripts/build-console.ts'));
  if (!isBuilt) console.error('FAILED: the console could not be built');
  return (await runNode('scripts/check.ts')) && isBuilt;
}

function runNode(script: string): Promise<boolean> {
  if (interruption.signal.aborted && !script.includes('sweep')) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], { cwd: root, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (status) => resolve(status === 0));
  });
}

async function runAll(): Promise<FileResult[]> {
  const { light, hosts } = await findTestFiles(root, filters);
  const hasCables = (file: string) => withCables.has(file);
  return runFiles({
    root,
    signal: interruption.signal,
    light: { files: light, timeLimitMs: lightLimitMs, lanes: lanes.light, hasCables },
    hosts: {
      files: longestFirst(hosts),
      timeLimitMs: hostLimitMs,
      lanes: lanes.hosts,
      isHeavy: (file) => withEmulatedMachines.has(file),
      hasCables,
    },
    onEnd,
  });
}

function onEnd(result: FileResult): void {
  for (const line of fileLines(result)) console.log(line);
}

/** What `npm run requirements` reads. */
async function writeReport(): Promise<void> {
  const tests = files.flatMap((file) => file.tests);
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 1000);
  const report = { startedAt: startedAt.toISOString(), seconds, node: process.version, counts, tests };
  await mkdir(join(root, 'dist'), { recursive: true });
  await writeFile(join(root, 'dist/test-report.json'), `${JSON.stringify(report, undefined, 1)}\n`);
}
