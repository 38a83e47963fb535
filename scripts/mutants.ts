/**
 * `npm run mutants [-- WORD]`: for the rules of the domain and some others, puts one mistake at a time into a copy and
 * shows which test notices it. WORD limits it to rules, or places, that contain it. Exit status 1 when a mistake goes unnoticed.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutants/mutant.ts';
import { firstFailure, type MutantResult, runMutant } from './mutants/run-mutant.ts';
import { table } from './mutants/table.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const word = process.argv[2]?.toLowerCase() ?? '';
const chosen = table.filter(({ rule, place }) => `${rule} ${place}`.toLowerCase().includes(word));

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
  await copyPackages(folder);
  const sourceOf = ({ place }: Pick<Mutant, 'place'>) => join(folder, 'packages', place);
  for (const some of Map.groupBy(chosen, testsOf).values()) {
    const [{ only } = {}] = some;
    const tests = new Set(some.flatMap((mutant) => mutant.tests));
    const broken = await firstFailure(sourceOf(some[0] as Mutant), [...tests], only);
    if (broken === null) continue;
    console.error(`The tests must pass before they can notice anything; this one does not: ${broken}`);
    return 1;
  }
  const results: MutantResult[] = [];
  for (const mutant of chosen) {
    const result = await runMutant(sourceOf(mutant), mutant);
    if (results.at(-1)?.mutant.rule !== mutant.rule) console.log(`\n${mutant.rule}`);
    console.log(`  ${line(result)}`);
    results.push(result);
  }
  return summarize(results);
}

/** Tests that can run together: all of a place, but those of which only some are meant. */
function testsOf({ place, tests, only }: Mutant): string {
  return only === undefined ? place : [place, ...tests, only].join(' ');
}

/** All packages of the workspace, so that a mistake in one is met by the others, too; what is installed stays where it is. */
async function copyPackages(folder: string): Promise<void> {
  const [packages, installed] = [join(folder, 'packages'), join(folder, 'node_modules')];
  const isOurs = (path: string) => basename(path) !== 'node_modules';
  await cp(join(root, 'packages'), packages, { recursive: true, filter: isOurs });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await mkdir(join(installed, '@tenkai'), { recursive: true });
  for (const name of await readdir(join(root, 'node_modules')))
    if (name !== '@tenkai') await symlink(join(root, 'node_modules', name), join(installed, name));
  for (const name of await readdir(packages)) {
    await symlink(join(packages, name), join(installed, '@tenkai', name), 'dir');
    const own = join(root, 'packages', name, 'node_modules');
    if (existsSync(own)) await symlink(own, join(packages, name, 'node_modules'), 'dir');
  }
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
