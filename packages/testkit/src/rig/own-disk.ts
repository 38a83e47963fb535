/** A disk of a machine's own: ext4 in a file, mounted where only programs see it that are started through it. */
import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { output } from './command.ts';
import type { Namespace } from './namespace.ts';
import { end, ended, spawnOwned, tailOf } from './own-process.ts';
import { makeRigFolder } from './rig-folder.ts';

export interface OwnDisk {
  /** Where programs on the machine see it. */
  readonly folder: string;
  /** Where this process sees it, as long as the disk is there. */
  readonly path: string;
  /** The machine as before, with the disk. */
  on<T extends Namespace>(machine: T): T;
  /** Whoever writes waits from now on, as with a disk that fails and tries again (fsfreeze(8)). */
  stall(): Promise<void>;
  goOn(): Promise<void>;
  /** Writes a file until nothing more fits; returns its path on the machine. */
  fillUp(): Promise<string>;
  remove(file: string): Promise<void>;
  destroy(): Promise<void>;
}

const fill = 'dd if=/dev/zero of="$0" bs=64K conv=fsync status=none 2>/dev/null; test -s "$0"';

export async function makeOwnDisk(name: string, sizeMb: number): Promise<OwnDisk> {
  const home = await makeRigFolder(`disk-${name}`);
  const [image, folder] = [join(home, 'image'), join(home, 'disk')];
  await mkdir(folder);
  await output(['truncate', '-s', `${sizeMb}M`, image]);
  await output(['mkfs.ext4', '-q', image]);
  const mount = 'mount -o loop "$0" "$1" && echo ready && exec sleep infinity';
  const isolated = ['--mount', '--propagation', 'private', 'sh', '-c', mount, image, folder];
  const holder = spawnOwned('unshare', isolated, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = tailOf(holder);
  await new Promise<void>((resolve, reject) => {
    holder.stdout?.once('data', () => resolve());
    holder.once('exit', () => reject(new Error(`the disk ${name} cannot be mounted: ${said()}`)));
  });
  const inside = (argv: readonly string[]) => ['nsenter', '--target', String(holder.pid), '--mount', ...argv];
  let freezing: Freezing | undefined;
  const goOn = async () => {
    const last = freezing;
    freezing = undefined;
    await last?.end();
  };
  return {
    folder,
    path: `/proc/${holder.pid}/root${folder}`,
    on: (machine) => ({ ...machine, command: (argv) => inside(machine.command(argv)) }),
    async stall() {
      freezing ??= freeze(inside, folder);
      await freezing.begun;
    },
    goOn,
    async fillUp() {
      const file = join(folder, 'filler');
      await output(inside(['sh', '-c', fill, file]));
      return file;
    },
    async remove(file) {
      await output(inside(['rm', file]));
    },
    async destroy() {
      // A file system that stands still outlives its mount.
      await goOn();
      await end(holder, 'SIGKILL');
      await rm(home, { recursive: true, force: true });
    },
  };
}

interface Freezing {
  /** Resolves once it stands still. */
  readonly begun: Promise<void>;
  /** @throws Error when it stands still all the same */
  end(): Promise<void>;
}

// From within, for the folder of a killed test may be swept away, and the mount with it. The word may find no reader any
// more, which must not end who thaws.
const freezeAndThaw = `trap '' PIPE; cd "$0" && fsfreeze --freeze . || exit 0; echo frozen
cat >/dev/null; exec fsfreeze --unfreeze .`;
const freezeLimitMs = 120_000;

/**
 * A frozen file system would outlive this process, and hang whoever calls sync(2). So one program freezes it, and thaws
 * it when its input ends, as it does however this process ends. That program alone must neither die with the test nor
 * be killed as one that the test forgot.
 */
function freeze(inside: (argv: readonly string[]) => string[], folder: string): Freezing {
  const [program = '', ...args] = inside(['sh', '-c', freezeAndThaw, folder]);
  const { TENKAI_TEST_MARK: _, ...env } = process.env;
  const child = spawn(program, args, { detached: true, env, stdio: 'pipe' });
  const said = tailOf(child);
  const begun = new Promise<void>((resolve, reject) => {
    const refuse = () => reject(new Error(`${folder} cannot be frozen: ${said()}`));
    setTimeout(refuse, freezeLimitMs).unref();
    child.stdout.once('data', () => resolve());
    child.once('exit', refuse);
  });
  return {
    begun,
    async end() {
      child.stdin.end();
      await ended(child);
      // What is thawed already is as it should be.
      if (child.exitCode !== 0 && !/Invalid argument/.test(said()))
        throw new Error(`${folder} still stands still: ${said()}`);
    },
  };
}
