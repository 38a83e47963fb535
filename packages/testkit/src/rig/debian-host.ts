/**
 * A managed Debian host: a real Debian file system, processes, network and boots of its own on this machine's kernel
 * (its systemd, where it is wanted: systemd-host.ts). It can be restarted, switched off and on, woken, cut off, and
 * given a disk that is too small. It leaves nothing behind, even when the test is killed.
 */
import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CommandResult, output } from './command.ts';
import { noDebianBase, prepareDebianBase } from './debian-base.ts';
import { type Boot, bootHost, type HostInit, removeCgroup } from './host-boot.ts';
import {
  defineService,
  type HostCommand,
  type HostCommandOptions,
  type HostService,
  type HostServiceOptions,
  runInHost,
} from './host-command.ts';
import { type HostDisk, makeHostDisk } from './host-disk.ts';
import { type Cable, type Network, noNetworks } from './network.ts';
import { until } from './until.ts';
import { type SleepingCard, watchForMagicPacket } from './wake-on-lan.ts';

/** Why a test with Debian hosts cannot run here; false when it can. For `{ skip: noDebianHosts }`. */
export const noDebianHosts: string | false = noNetworks || noDebianBase;

export interface DebianHost {
  readonly name: string;
  readonly address: string;
  readonly cable: Cable;
  /** The host's root folder as this process can reach it, whether the host is on or off. */
  readonly rootPath: string;
  readonly isOn: boolean;
  /** Identity of the present boot, as the host itself reads it; undefined while it is off. */
  readonly bootId: string | undefined;
  /** How often it was switched on or restarted; 1 after startHost. */
  readonly boots: number;
  /** Runs a command to its end. */
  run(command: HostCommand, options?: HostCommandOptions): Promise<CommandResult>;
  /** Runs a command that must succeed and gives its output, trimmed. @throws Error with its words when it fails */
  ask(command: HostCommand, options?: HostCommandOptions): Promise<string>;
  /** Starts a service now and, unless `atBoot` is false, at each later boot. */
  service(command: HostCommand, options?: HostServiceOptions & { readonly atBoot?: boolean }): HostService;
  /** Copies a file or folder of this machine into it. */
  copyIn(from: string, to: string): Promise<void>;
  writeFile(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  /** Gives a folder of it a disk of its own of that size; what is in the folder stays. */
  limitDisk(path: string, sizeMb: number): Promise<void>;
  /** The reset button: every process is gone at once, then it boots. */
  reset(): Promise<void>;
  /** Pulls the plug. The network card stays: a magic packet switches the host on again. */
  powerOff(): Promise<void>;
  powerOn(): Promise<void>;
  /** Waits until `boots` has reached that number and the host is on. */
  untilBooted(boots: number, limitMs?: number): Promise<void>;
  destroy(): Promise<void>;
}

export interface DebianHostOptions {
  readonly name: string;
  /** The site's, or a subnet behind a router. */
  readonly network: Pick<Network, 'addMachine'>;
  /** Most that it can write, in MiB of memory; default 2048. With 0 it writes to the disk of this machine. */
  readonly diskMb?: number;
  /** Folder with another system than the Debian base; nobody writes to it. */
  readonly base?: string;
  /** Its process 1; default `rig`. With `systemd` the base must have it. */
  readonly init?: HostInit;
}

/** Makes a host and switches it on. The first one on a machine makes the Debian base, which takes a minute. */
export async function startHost(options: DebianHostOptions): Promise<DebianHost> {
  const { name, network, diskMb = 2048, init = 'rig' } = options;
  const base = options.base ?? (await prepareDebianBase());
  const cable = await network.addMachine();
  const disk = await makeHostDisk({ name, base, namespace: cable, sizeMb: diskMb });
  const host = new PoweredHost(disk, cable, name, init);
  try {
    await prepareDisk(disk, name, cable);
    if (init === 'rig') await replacePower(disk);
    await host.powerOn();
  } catch (error) {
    await host.destroy();
    throw error;
  }
  return host;
}

/** What makes this Debian a machine of its own. */
async function prepareDisk({ rootPath }: HostDisk, name: string, { address }: Cable): Promise<void> {
  await writeFile(join(rootPath, 'etc/hostname'), `${name}\n`);
  await writeFile(join(rootPath, 'etc/hosts'), `127.0.0.1 localhost\n${address} ${name}\n`);
  await writeFile(join(rootPath, 'etc/machine-id'), `${randomBytes(16).toString('hex')}\n`);
}

/** What systemd would do. */
async function replacePower({ rootPath }: HostDisk): Promise<void> {
  const power = join(rootPath, 'usr/sbin/rig-power');
  await copyFile(join(import.meta.dirname, 'host-scripts/power.pl'), power);
  await chmod(power, 0o755);
  for (const command of ['reboot', 'poweroff', 'halt', 'shutdown']) {
    await rm(join(rootPath, 'usr/sbin', command), { force: true });
    await symlink('rig-power', join(rootPath, 'usr/sbin', command));
  }
}

/** State with a lifecycle: which boot runs, what starts with it, and whether the host is still wanted. */
class PoweredHost implements DebianHost {
  readonly name: string;
  readonly cable: Cable;
  readonly rootPath: string;
  boots = 0;
  readonly #disk: HostDisk;
  readonly #init: HostInit;
  readonly #atBoot: HostService[] = [];
  #boot: Boot | undefined;
  #card: SleepingCard | undefined;
  /** The card is about to sleep; who wants to wake or to remove the host waits for that. */
  #falling: Promise<void> | undefined;
  #isDestroyed = false;

  constructor(disk: HostDisk, cable: Cable, name: string, init: HostInit) {
    this.#disk = disk;
    this.#init = init;
    this.cable = cable;
    this.name = name;
    this.rootPath = disk.rootPath;
  }

  get address(): string {
    return this.cable.address;
  }

  get bootId(): string | undefined {
    return this.#boot?.id;
  }

  get isOn(): boolean {
    return this.#boot !== undefined;
  }

  async run(command: HostCommand, options: HostCommandOptions = {}): Promise<CommandResult> {
    return runInHost(this.#running(), command, options);
  }

  async ask(command: HostCommand, options: HostCommandOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, options);
    if (code !== 0)
      throw new Error(`${this.name}: ${command}: status ${code}: ${(stderr || stdout).trim().slice(-4000)}`);
    return stdout.trim();
  }

  service(
    command: HostCommand,
    { atBoot = true, ...options }: HostServiceOptions & { readonly atBoot?: boolean } = {},
  ): HostService {
    const service = defineService(() => this.#running(), command, options);
    if (atBoot) this.#atBoot.push(service);
    service.start();
    return service;
  }

  async copyIn(from: string, to: string): Promise<void> {
    await mkdir(dirname(join(this.rootPath, to)), { recursive: true });
    await output(['cp', '-a', '--no-preserve=ownership', '-T', from, join(this.rootPath, to)]);
  }

  async writeFile(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    await mkdir(dirname(join(this.rootPath, path)), { recursive: true });
    await writeFile(join(this.rootPath, path), content, { mode });
    await chmod(join(this.rootPath, path), mode);
  }

  limitDisk(path: string, sizeMb: number): Promise<void> {
    return this.#disk.limit(path, sizeMb);
  }

  async reset(): Promise<void> {
    await this.#pullPlug();
    await this.powerOn();
  }

  async powerOff(): Promise<void> {
    await this.#pullPlug();
    await this.#fallAsleep();
  }

  async powerOn(): Promise<void> {
    await this.#falling;
    if (this.#boot || this.#isDestroyed) return;
    await this.#card?.stop();
    this.#card = undefined;
    const boot = await bootHost(this.#disk, this.name, this.#init);
    this.#boot = boot;
    this.boots++;
    for (const service of this.#atBoot) service.start();
    void boot.ended.then((how) => this.#afterEnd(boot, how));
  }

  async untilBooted(boots: number, limitMs = 60_000): Promise<void> {
    await until(`${this.name} has booted ${boots} times`, () => this.boots >= boots && this.isOn, limitMs);
  }

  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    await this.#pullPlug();
    await this.#falling;
    await this.#card?.stop();
    if (this.#init === 'systemd') await removeCgroup(this.#disk);
    await this.#disk.destroy();
  }

  #running(): Boot {
    if (!this.#boot) throw new Error(`host ${this.name} is off`);
    return this.#boot;
  }

  async #pullPlug(): Promise<void> {
    const boot = this.#boot;
    this.#boot = undefined;
    await boot?.pullPlug();
  }

  /** The host itself asked for a restart or for power off. */
  async #afterEnd(boot: Boot, how: string): Promise<void> {
    if (this.#boot !== boot || this.#isDestroyed) return;
    this.#boot = undefined;
    if (how === 'restart') await this.powerOn();
    else await this.#fallAsleep();
  }

  async #fallAsleep(): Promise<void> {
    if (this.#isDestroyed || this.#card) return;
    const watching = watchForMagicPacket(this.cable, () => void this.powerOn());
    this.#falling = watching.then(
      (card) => {
        this.#card = card;
      },
      () => {},
    );
    await watching;
  }
}
