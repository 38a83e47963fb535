/** The disk of a Debian host: an overlay in memory over the Debian base, in a mount namespace that one process holds. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { output } from './command.ts';
import type { Namespace } from './network.ts';
import { end, spawnOwned, tailOf } from './own-process.ts';
import { makeRigFolder } from './rig-folder.ts';

const script = join(import.meta.dirname, 'host-scripts/hold.sh');

export interface HostDisk {
  readonly folder: string;
  /** The host's root folder as this process can reach it, whether the host runs or not. */
  readonly rootPath: string;
  /** Turns a command line into one that runs where the disk is mounted (at `folder/root`) and on the host's network. */
  command(argv: readonly string[]): readonly string[];
  /** Puts a small disk of its own under a folder of the host, with what is in the folder. */
  limit(path: string, sizeMb: number): Promise<void>;
  destroy(): Promise<void>;
}

export interface HostDiskOptions {
  readonly name: string;
  readonly base: string;
  readonly namespace: Namespace;
  readonly sizeMb: number;
}

export async function makeHostDisk({ name, base, namespace, sizeMb }: HostDiskOptions): Promise<HostDisk> {
  const folder = await makeRigFolder(`host-${name}`);
  const argv = ['unshare', '--mount', '--propagation', 'private', 'sh', script, folder, base, String(sizeMb)];
  const [program = '', ...args] = namespace.command(argv);
  const holder = spawnOwned(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = tailOf(holder);
  await new Promise<void>((resolve, reject) => {
    holder.stdout?.on('data', () => said().includes('ready') && resolve());
    holder.once('exit', () => reject(new Error(`the disk of host ${name} cannot be made: ${said()}`)));
  });
  const command = (inner: readonly string[]) => [
    'nsenter',
    '--target',
    String(holder.pid),
    '--mount',
    '--net',
    ...inner,
  ];
  const rootPath = `/proc/${holder.pid}/root${folder}/root`;
  return {
    folder,
    rootPath,
    command,
    async limit(path, limitMb) {
      const place = join(folder, 'root', path);
      const small = join(folder, `limited-${path.replaceAll('/', '-')}`);
      await mkdir(join(rootPath, path), { recursive: true });
      await mkdir(small);
      const steps = `mount -t tmpfs -o "size=${limitMb}m,mode=755" tmpfs "$1" && cp -a "$2/." "$1/" && mount --bind "$1" "$2"`;
      await output(command(['sh', '-ec', steps, 'limit', small, place]));
    },
    async destroy() {
      await end(holder, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
