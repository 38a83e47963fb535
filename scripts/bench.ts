/**
 * `npm run bench -- NAME [--seed N] [--option value]`: runs bench/NAME.ts, prints a table, writes
 * bench/results/NAME.json. Exit status 1 below a target, 2 for wrong use, 130 and 143 when interrupted. Without NAME:
 * lists them.
 */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Bench, isReached } from '../bench/result.ts';
import { parseFlags } from './bench/flags.ts';
import { leaveNothingWhenInterrupted } from './bench/interruption.ts';
import { saveResult } from './bench/save-result.ts';
import { tableLines } from './bench/table.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name, ...rest] = process.argv.slice(2);
leaveNothingWhenInterrupted();
process.exitCode = await main(name, rest);
// A benchmark that leaves something running has said what it measured; nothing is waited for.
process.exit();

async function main(wanted: string | undefined, args: readonly string[]): Promise<number> {
  const known = await findBenches();
  if (wanted === undefined) {
    for (const each of known.keys()) console.log(each);
    return 0;
  }
  const run = await known.get(wanted)?.();
  if (!run) {
    console.error(`There is no benchmark ${wanted}; there are ${[...known.keys()].join(', ')}.`);
    return 2;
  }
  const { seed, flags } = parseFlags(args);
  const progress = (line: string) => console.error(`  ${line}`);
  const result = await run({ seed, flags, progress });
  for (const line of tableLines(result.figures)) console.log(line);
  for (const note of result.notes) console.log(`* ${note}`);
  const file = await saveResult(join(root, 'bench', 'results'), { name: wanted, seed, flags, result });
  console.log(`raw figures: ${file}`);
  return result.figures.every((figure) => isReached(figure) !== false) ? 0 : 1;
}

/** A file of bench/ is a benchmark when it exports `run`; what several of them use lies in folders. */
async function findBenches(): Promise<Map<string, () => Promise<Bench | undefined>>> {
  const dir = join(root, 'bench');
  const names = (await readdir(dir))
    .filter((file) => /^[a-z0-9-]+\.ts$/.test(file) && file !== 'result.ts')
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
  const load = async (each: string) => (await import(pathToFileURL(join(dir, `${each}.ts`)).href)).run;
  return new Map(names.map((each) => [each, () => load(each)]));
}
