import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { Failure } from '@tenkai/domain/failure.ts';
import '../failures.ts';
import type { MachineMemory } from '../machine/facts.ts';

/** What a fleet is, apart from its machines. */
export interface FleetIdentity {
  readonly url: string;
  readonly seed: number;
  readonly profile: string;
  /** From which all keys are derived, hex. */
  readonly secret: string;
  /** Empty until the site was met. */
  readonly rootFingerprint: string;
}

/** One line: a machine as it was last. Of several lines of a machine the last one holds. */
interface MachineLine extends MachineMemory {
  readonly index: number;
}

const identityFile = 'fleet.json';
const machinesFile = 'machines.jsonl';

/** A fleet on disk, held by this process. */
export interface StateFolder {
  readonly path: string;
  readonly identity: FleetIdentity;
  readonly machines: ReadonlyMap<number, MachineMemory>;
  saveRoot(rootFingerprint: string): Promise<void>;
  close(): void;
}

/**
 * Opens a fleet that was there before, or makes a new one. What processes wrote one by one is put together again.
 * @throws Failure simulator-state-foreign, simulator-state-in-use
 */
export async function openStateFolder(
  path: string,
  wanted: Pick<FleetIdentity, 'url' | 'seed' | 'profile'>,
): Promise<StateFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const unlock = lock(path);
  try {
    let identity = await readIdentity(path, wanted);
    const machines = await readMachines(path);
    await writeMachines(path, machines);
    return {
      path,
      get identity() {
        return identity;
      },
      machines,
      async saveRoot(rootFingerprint) {
        identity = { ...identity, rootFingerprint };
        await replaceFile(join(path, identityFile), JSON.stringify(identity, null, 2));
      },
      close: unlock,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** The operating system lets go of it when the process ends, however it ends. */
function lock(path: string): () => void {
  const db = new DatabaseSync(join(path, 'fleet.lock'));
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    throw new Failure('simulator-state-in-use', { path }, { cause });
  }
  return () => db.close();
}

async function readIdentity(
  path: string,
  wanted: Pick<FleetIdentity, 'url' | 'seed' | 'profile'>,
): Promise<FleetIdentity> {
  const file = join(path, identityFile);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) {
    const made = { ...wanted, secret: randomBytes(32).toString('hex'), rootFingerprint: '' };
    await replaceFile(file, JSON.stringify(made, null, 2));
    return made;
  }
  const found = JSON.parse(text) as FleetIdentity;
  const describe = ({ url, seed, profile }: typeof wanted) => `${profile} with seed ${seed} at ${url}`;
  if (describe(found) !== describe(wanted))
    throw new Failure('simulator-state-foreign', { path, found: describe(found), wanted: describe(wanted) });
  return found;
}

/** The lines of the last start, then what its processes wrote while they ran. Older ones counted no bytes. */
async function readMachines(path: string): Promise<Map<number, MachineMemory>> {
  const parts = (await readdir(path)).filter((name) => /^part-\d+\.jsonl$/.test(name));
  const machines = new Map<number, MachineMemory>();
  for (const name of [machinesFile, ...parts.sort()]) {
    for await (const { index, ...memory } of linesOf(join(path, name)))
      machines.set(index, { ...memory, receivedBytes: memory.receivedBytes ?? 0 });
  }
  return machines;
}

async function* linesOf(file: string): AsyncGenerator<MachineLine> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!handle) return;
  await handle.close();
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const parsed = parse(line);
    if (parsed) yield parsed;
  }
}

/** The last line may be half written after a crash. */
function parse(line: string): MachineLine | null {
  try {
    return JSON.parse(line) as MachineLine;
  } catch {
    return null;
  }
}

async function writeMachines(path: string, machines: ReadonlyMap<number, MachineMemory>): Promise<void> {
  const lines = [...machines].map(([index, memory]) => `${lineOf(index, memory)}\n`);
  await replaceFile(join(path, machinesFile), lines.join(''));
  for (const name of await readdir(path)) if (/^part-\d+\.jsonl$/.test(name)) await rm(join(path, name));
}

function lineOf(index: number, memory: MachineMemory): string {
  return JSON.stringify({ index, ...memory } satisfies MachineLine);
}

async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`;
  await writeFile(temporary, text, { mode: 0o600, flush: true });
  await rename(temporary, file);
}

/** What one process writes down of its machines, some time after it happened, each machine once. */
export interface Notebook {
  note(index: number): void;
  flush(): Promise<void>;
}

export function openNotebook(
  folder: string,
  part: number,
  memoryOf: (index: number) => MachineMemory | undefined,
): Notebook {
  const file = join(folder, `part-${part}.jsonl`);
  const changed = new Set<number>();
  let writing = Promise.resolve();
  const write = async () => {
    const indexes = [...changed];
    changed.clear();
    const lines = indexes.flatMap((index) => {
      const memory = memoryOf(index);
      return memory ? [`${lineOf(index, memory)}\n`] : [];
    });
    if (lines.length > 0) await appendFile(file, lines.join(''), { mode: 0o600 });
  };
  return {
    note: (index) => void changed.add(index),
    flush() {
      writing = writing.then(write);
      return writing;
    },
  };
}
