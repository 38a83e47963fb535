import { mkdir, writeFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { type BenchResult, isReached, ratioOf } from '../../bench/result.ts';

export interface Saved {
  readonly name: string;
  readonly seed: number;
  readonly flags: Readonly<Record<string, string | true>>;
  readonly result: BenchResult;
}

/** @returns the path of the file. */
export async function saveResult(dir: string, { name, seed, flags, result }: Saved): Promise<string> {
  await mkdir(dir, { recursive: true });
  const file = join(dir, `${name}.json`);
  const figures = result.figures.map((figure) => ({
    ...figure,
    ratio: ratioOf(figure),
    isReached: isReached(figure),
  }));
  const content = {
    name,
    date: new Date().toISOString(),
    seed,
    flags,
    machine: machine(),
    figures,
    notes: result.notes,
    raw: result.raw,
  };
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
  return file;
}

function machine() {
  return {
    cpu: cpus()[0]?.model ?? '',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
  };
}
