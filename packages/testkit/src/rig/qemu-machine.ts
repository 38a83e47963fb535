/**
 * A virtual machine with a Debian that boots by itself: a kernel, a disk and a power supply of its own. It runs without
 * hardware help, so it is slow; where these are not what counts, systemd-host.ts is fast.
 */
import type { ChildProcess } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CommandResult, output } from './command.ts';
import { connectGuestAgent, type GuestAgent } from './guest-agent.ts';
import {
  type GuestCommandOptions,
  runInGuest,
  sendToGuest,
  startInGuest,
  writeInGuest,
} from './guest-command.ts';
import type { HostCommand } from './host-command.ts';
import { type Network, noNetworks, type Tap } from './network.ts';
import { end, spawnOwned, tailOf } from './own-process.ts';
import { noQemu, prepareQemuImage, type QemuImage } from './qemu-image.ts';
import { makeRigFolder } from './rig-folder.ts';
import type { SystemdMachine } from './systemd-machine.ts';
import { until } from './until.ts';

/** Why a test with a virtual machine cannot run here; false when it can. For `{ skip: noQemuMachines }`. */
export const noQemuMachines: string | false = noNetworks || noQemu;

const bootLimitMs = 420_000;
const program = 'qemu-system-x86_64';

/** Writes that it had not synced to its disk are lost when its power is cut; files reach it over the network. */
export interface QemuMachine extends SystemdMachine {
  /** Its cable on the network: cut() and restore(). */
  readonly cable: Tap;
  readonly isOn: boolean;
  /** What its kernel and systemd wrote to the console. */
  console(): Promise<string>;
}

export interface QemuMachineOptions {
  readonly name: string;
  readonly network: Network;
  readonly memoryMb?: number;
  readonly cpus?: number;
}

/** Makes a machine and waits until it has booted. The first one on a checkout makes the disk image: minutes. */
export async function startQemuMachine(options: QemuMachineOptions): Promise<QemuMachine> {
  const image = await prepareQemuImage();
  const folder = await makeRigFolder(`qemu-${options.name}`);
  const tap = await options.network.addTap();
  const machine = new PoweredMachine({ ...options, image, folder, tap });
  try {
    await output([
      'qemu-img',
      'create',
      '-q',
      '-f',
      'qcow2',
      '-b',
      image.disk,
      '-F',
      'raw',
      join(folder, 'disk.qcow2'),
    ]);
    await machine.powerOn();
    return machine;
  } catch (error) {
    await machine.destroy();
    throw error;
  }
}

interface Hardware extends QemuMachineOptions {
  readonly image: QemuImage;
  readonly folder: string;
  readonly tap: Tap;
}

function commandLine({
  name,
  network,
  memoryMb = 1024,
  cpus = 2,
  image,
  folder,
  tap,
}: Hardware): readonly string[] {
  const kernelWords = [
    'root=/dev/vda rw console=ttyS0 net.ifnames=0 loglevel=4 mitigations=off',
    `systemd.hostname=${name} rig.address=${tap.address} rig.gateway=${network.site.address}`,
  ];
  return network.site.command([
    program,
    ...[
      '-M',
      'pc',
      '-accel',
      'tcg,thread=multi',
      '-cpu',
      'Nehalem',
      '-smp',
      String(cpus),
      '-m',
      String(memoryMb),
    ],
    ...['-nodefaults', '-display', 'none', '-serial', `file:${join(folder, 'console.log')}`],
    ...['-kernel', image.kernel, '-initrd', image.initrd, '-append', kernelWords.join(' ')],
    // Writes are kept when the guest flushes its disk, and only then for certain: what a power cut must respect.
    ...['-drive', `file=${join(folder, 'disk.qcow2')},if=virtio,format=qcow2,cache=writeback`],
    ...['-netdev', `tap,id=net,ifname=${tap.device},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=net,mac=${tap.mac},romfile=`, '-device', 'virtio-rng-pci'],
    ...[
      '-device',
      'virtio-serial-pci',
      '-chardev',
      `socket,id=agent,path=${join(folder, 'agent')},server=on,wait=off`,
    ],
    ...['-device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0'],
  ]);
}

/** State with a lifecycle: the process of QEMU and the connection to the agent in it. */
class PoweredMachine implements QemuMachine {
  readonly name: string;
  readonly address: string;
  readonly cable: Tap;
  readonly #hardware: Hardware;
  #process: ChildProcess | undefined;
  #agent: GuestAgent | undefined;

  constructor(hardware: Hardware) {
    this.#hardware = hardware;
    this.name = hardware.name;
    this.address = hardware.tap.address;
    this.cable = hardware.tap;
  }

  get isOn(): boolean {
    return (
      this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
    );
  }

  run(command: HostCommand, options: GuestCommandOptions = {}): Promise<CommandResult> {
    return runInGuest(this.#talking(), command, options);
  }

  async ask(command: HostCommand, options: GuestCommandOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, options);
    if (code !== 0)
      throw new Error(`${this.name}: ${command}: status ${code}: ${(stderr || stdout).trim().slice(-4000)}`);
    return stdout.trim();
  }

  async copyIn(from: string, to: string): Promise<void> {
    await this.ask(['mkdir', '-p', dirname(to)]);
    await sendToGuest(this.#talking(), this.#hardware.network.site, from, to);
  }

  async writeFile(path: string, content: string): Promise<void> {
    await this.ask(['mkdir', '-p', dirname(path)]);
    await writeInGuest(this.#talking(), path, content);
  }

  bootId(): Promise<string> {
    return this.ask(['cat', '/proc/sys/kernel/random/boot_id']);
  }

  async reboot(): Promise<void> {
    const former = await this.bootId();
    await startInGuest(this.#talking(), ['systemctl', 'reboot']);
    await this.untilRebooted(former);
  }

  async untilRebooted(formerBootId: string): Promise<void> {
    await until(`${this.name} has booted again`, () => this.#hasBootedSince(formerBootId), bootLimitMs);
    await this.#untilUp();
  }

  async cutPower(): Promise<void> {
    this.#agent?.close();
    this.#agent = undefined;
    if (this.#process) await end(this.#process, 'SIGKILL');
  }

  async powerOn(): Promise<void> {
    if (this.isOn) return;
    const { folder } = this.#hardware;
    await rm(join(folder, 'agent'), { force: true });
    const [nsenter = '', ...args] = commandLine(this.#hardware);
    const child = spawnOwned(nsenter, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    const said = tailOf(child);
    this.#agent = await until(`${this.name} is on`, async () => {
      if (!this.isOn) throw new Error(`QEMU ended: ${said()}`);
      return await connectGuestAgent(join(folder, 'agent')).catch(() => undefined);
    });
    await this.#untilUp();
  }

  async console(): Promise<string> {
    return readFile(join(this.#hardware.folder, 'console.log'), 'utf8').catch(() => '');
  }

  async destroy(): Promise<void> {
    await this.cutPower();
    await rm(this.#hardware.folder, { recursive: true, force: true });
  }

  #talking(): GuestAgent {
    if (!this.#agent || !this.isOn) throw new Error(`machine ${this.name} is off`);
    return this.#agent;
  }

  /** Up: systemd has started everything that a boot starts. */
  async #untilUp(): Promise<void> {
    try {
      await this.#talking().synchronise(AbortSignal.timeout(bootLimitMs));
      const isUp = async () => (await this.run(['systemctl', 'is-active', 'multi-user.target'])).code === 0;
      await until(`${this.name} is up`, isUp, bootLimitMs);
    } catch (error) {
      throw new Error(
        `${this.name} does not boot; its console says: ${(await this.console()).slice(-4000)}`,
        { cause: error },
      );
    }
  }

  async #hasBootedSince(formerBootId: string): Promise<boolean> {
    try {
      await this.#talking().synchronise(AbortSignal.timeout(5000));
      return (await this.bootId()) !== formerBootId;
    } catch {
      // Going down, or not up yet.
      return false;
    }
  }
}
