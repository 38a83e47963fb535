/** `npm run check`: format, lint, types and architecture, in under a minute. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const timeLimitMs = 5 * 60_000;
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

const parts = [
  { name: 'format and lint', program: bin('biome'), args: ['ci', '--error-on-warnings', '.'] },
  { name: 'types', program: bin('tsc'), args: ['--noEmit', '-p', '.'] },
  {
    name: 'architecture',
    program: process.execPath,
    args: ['--test', '--test-reporter=dot', 'architecture.test.ts'],
  },
];

const failed = parts.filter((part) => !passes(part));
if (failed.length > 0) {
  console.error(`check failed: ${failed.map((part) => part.name).join(', ')}`);
  process.exitCode = 1;
}

function passes({ name, program, args }: (typeof parts)[number]): boolean {
  const startedAt = Date.now();
  const result = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    timeout: timeLimitMs,
    maxBuffer: 2 ** 26,
  });
  const isGood = result.status === 0;
  console.log(`${isGood ? '✔' : '✖'} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  if (!isGood) console.log(`${result.stdout}${result.stderr}${result.error?.message ?? ''}`.trimEnd());
  return isGood;
}
