/** One boot of a Debian host: its process 1 and everything below it, from power on until the namespace ends. */
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './command.ts';
import type { HostDisk } from './host-disk.ts';
import { end, spawnOwned, tailOf } from './own-process.ts';

const scripts = join(import.meta.dirname, 'host-scripts');

/** Its process 1: one of the rig's own that only buries orphans, or Debian's. */
export type HostInit = 'rig' | 'systemd';

/** How a boot ended: the host asked for a restart or for power off, or the rig pulled the plug. */
export type BootEnd = 'restart' | 'poweroff' | 'plug';

export interface Boot {
  readonly id: string;
  /** Process 1 of the host, by its number out here. */
  readonly initPid: number;
  readonly ended: Promise<BootEnd>;
  pullPlug(): Promise<void>;
}

/** @throws Error with the script's words when the host does not come up */
export async function bootHost(disk: HostDisk, name: string, init: HostInit): Promise<Boot> {
  const id = randomUUID();
  const boot = ['sh', join(scripts, 'boot.sh'), disk.folder, name, id];
  const argv = disk.command([
    ...['setpriv', '--pdeathsig', 'KILL'],
    ...(init === 'systemd' ? ['sh', join(scripts, 'own-cgroup.sh'), disk.folder] : []),
    ...['unshare', '--mount', '--propagation', 'slave', '--pid', '--uts', '--ipc'],
    ...(init === 'systemd' ? ['--cgroup'] : []),
    ...['--fork', '--kill-child=KILL', ...boot, init],
  ]);
  const [program = '', ...args] = argv;
  const child = spawnOwned(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = tailOf(child);
  const ended = endOf(child);
  await Promise.race([
    new Promise<void>((resolve) => child.stdout?.on('data', () => said().includes('ready') && resolve())),
    ended.then(() => Promise.reject(new Error(`host ${name} does not boot: ${said()}`))),
  ]);
  const initPid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim());
  return { id, initPid, ended, pullPlug: () => pullPlug(child, initPid) };
}

/** Removes the control groups of a host that is off. */
export async function removeCgroup(disk: HostDisk): Promise<void> {
  await output(disk.command(['sh', join(scripts, 'own-cgroup.sh'), disk.folder]));
}

async function pullPlug(child: ChildProcess, initPid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  process.kill(initPid, 'SIGKILL');
  // unshare ends once process 1 and everything below it are gone.
  await end(child, 0);
}

// reboot(2) in a pid namespace ends its process 1 by SIGHUP for a restart and by SIGINT for power off; unshare
// ends the same way.
function endOf(child: ChildProcess): Promise<BootEnd> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      if (signal === 'SIGHUP' || code === 129) resolve('restart');
      else if (signal === 'SIGINT' || code === 130) resolve('poweroff');
      else resolve('plug');
    });
  });
}
