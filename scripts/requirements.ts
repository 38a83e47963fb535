/**
 * `npm run requirements`: which ids of docs/requirements/ had a passing test in the last full `npm test`, by area.
 * `--missing` also lists those without any test; `--json` prints everything for a program.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AreaCoverage, coverage, type ReportedTest } from './test-run/coverage.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const reportFile = join(root, 'dist/test-report.json');

const report = await readReport();
if (report) {
  const result = coverage(await readRequirements(), report.tests);
  if (process.argv.includes('--json'))
    console.log(JSON.stringify({ startedAt: report.startedAt, ...result }, undefined, 1));
  else print(result.areas, result.unknown, report.startedAt);
} else {
  console.error('There is no report yet: run `npm test` first.');
  process.exitCode = 1;
}

async function readReport(): Promise<{ startedAt: string; tests: ReportedTest[] } | undefined> {
  try {
    return JSON.parse(await readFile(reportFile, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readRequirements(): Promise<Map<string, string>> {
  const documents = new Map<string, string>();
  const folder = join(root, 'docs/requirements');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.md')).sort();
  for (const file of files) documents.set(basename(file, '.md'), await readFile(join(folder, file), 'utf8'));
  return documents;
}

function print(areas: readonly AreaCoverage[], unknown: readonly string[], startedAt: string): void {
  console.log(`Requirements with a passing test in the run of ${startedAt}:\n`);
  for (const area of areas) {
    const total = area.covered.length + area.failing.length + area.skipped.length + area.missing.length;
    console.log(`${area.area}: ${area.covered.length} of ${total}`);
    printIds('covered', area.covered);
    printIds('FAILING', area.failing);
    printIds('skipped here', area.skipped);
    if (process.argv.includes('--missing')) printIds('no test', area.missing);
  }
  const covered = areas.reduce((sum, area) => sum + area.covered.length, 0);
  if (unknown.length > 0)
    console.log(`\nNamed by tests, defined by no file of docs/requirements: ${unknown.join(', ')}`);
  console.log(`\n${covered} requirements covered`);
}

function printIds(word: string, ids: readonly string[]): void {
  if (ids.length > 0) console.log(`  ${word}: ${ids.join(' ')}`);
}
