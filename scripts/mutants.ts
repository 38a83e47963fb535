/**
 * `npm run mutants [-- WORD]`: for the rules of the domain, puts one mistake at a time into a copy and shows which
 * test notices it. WORD limits it to rules that contain it. Exit status 1 when a mistake goes unnoticed.
 */
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstFailure, type MutantResult, runMutant } from './mutants/run-mutant.ts';
import { table } from './mutants/table.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const word = process.argv[2]?.toLowerCase() ?? '';
const chosen = table.filter(({ rule }) => rule.toLowerCase().includes(word));

const home = await mkdtemp(join(tmpdir(), 'tenkai-mutants-'));
try {
  process.exitCode = await main(home);
} finally {
  await rm(home, { recursive: true, force: true });
}

async function main(folder: string): Promise<number> {
  if (chosen.length === 0) {
    console.error(`No rule contains "${word}".`);
    return 2;
  }
  const source = await copyDomain(folder);
  const broken = await firstFailure(source, [...new Set(chosen.flatMap(({ tests }) => tests))]);
  if (broken !== null) {
    console.error(`The tests must pass before they can notice anything; this one does not: ${broken}`);
    return 1;
  }
  const results: MutantResult[] = [];
  for (const mutant of chosen) {
    const result = await runMutant(source, mutant);
    if (results.at(-1)?.mutant.rule !== mutant.rule) console.log(`\n${mutant.rule}`);
    console.log(`  ${line(result)}`);
    results.push(result);
  }
  return summarize(results);
}

/** With the packages of the workspace beside it, so that imports are found. */
async function copyDomain(folder: string): Promise<string> {
  const domain = join(folder, 'packages', 'domain');
  await cp(join(root, 'packages', 'domain'), domain, { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  return join(domain, 'src');
}

function line({ mutant, killedBy }: MutantResult): string {
  const change = `${oneLine(mutant.find)}  =>  ${oneLine(mutant.replace) || '(nothing)'}`;
  return killedBy === null
    ? `SURVIVED  ${mutant.file}: ${change}`
    : `killed    ${change}\n            by: ${killedBy}`;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function summarize(results: readonly MutantResult[]): number {
  const survivors = results.filter(({ killedBy }) => killedBy === null);
  const rules = new Set(results.map(({ mutant }) => mutant.rule));
  const killed = results.length - survivors.length;
  console.log(
    `\n${rules.size} rules, ${results.length} mutants: ${killed} killed, ${survivors.length} survived`,
  );
  return survivors.length === 0 ? 0 : 1;
}
