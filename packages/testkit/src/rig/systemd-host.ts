/**
 * A Debian host with systemd on this machine's kernel: real units, timers, sandboxes and restarts at full speed. What it
 * lacks: a kernel and a disk of its own (qemu-machine.ts), so a power cut loses nothing that was written.
 */
import { existsSync, readFileSync } from 'node:fs';
import { type DebianHost, noDebianHosts, startHost } from './debian-host.ts';
import type { Network } from './network.ts';
import { prepareSystemdBase } from './systemd-base.ts';
import type { SystemdMachine } from './systemd-machine.ts';
import { until } from './until.ts';

const bootLimitMs = 240_000;

/** Why a test with such hosts cannot run here; false when it can. For `{ skip: noSystemdHosts }`. */
export const noSystemdHosts: string | false = noDebianHosts || noControlGroups();

function noControlGroups(): string | false {
  const file = '/proc/filesystems';
  const has = existsSync(file) && readFileSync(file, 'utf8').includes('\tcgroup2\n');
  return has ? false : 'this kernel has NO UNIFIED CONTROL GROUPS, which systemd needs';
}

export interface SystemdHost extends SystemdMachine, Pick<DebianHost, 'isOn' | 'boots'> {}

export interface SystemdHostOptions {
  readonly name: string;
  readonly network: Pick<Network, 'addMachine'>;
  readonly diskMb?: number;
}

/** Makes a host and waits until it has booted. */
export async function startSystemdHost(options: SystemdHostOptions): Promise<SystemdHost> {
  const base = await prepareSystemdBase();
  const host = await startHost({ diskMb: 4096, ...options, base, init: 'systemd' });
  const machine = asSystemdMachine(host);
  try {
    await untilUp(host);
    return machine;
  } catch (error) {
    await host.destroy();
    throw error;
  }
}

function asSystemdMachine(host: DebianHost): SystemdHost {
  const bootId = async () => host.bootId ?? Promise.reject(new Error(`host ${host.name} is off`));
  async function untilRebooted(former: string): Promise<void> {
    const hasBooted = () => host.bootId !== undefined && host.bootId !== former;
    await until(`${host.name} has booted again`, hasBooted, bootLimitMs);
    await untilUp(host);
  }
  return {
    name: host.name,
    address: host.address,
    get isOn() {
      return host.isOn;
    },
    get boots() {
      return host.boots;
    },
    run: (command, options) => host.run(command, options),
    ask: (command, options) => host.ask(command, options),
    copyIn: (from, to) => host.copyIn(from, to),
    writeFile: (path, content) => host.writeFile(path, content),
    bootId,
    untilRebooted,
    async reboot() {
      const former = await bootId();
      await host.run(['systemctl', 'reboot']);
      await untilRebooted(former);
    },
    cutPower: () => host.powerOff(),
    async powerOn() {
      await host.powerOn();
      await untilUp(host);
    },
    destroy: () => host.destroy(),
  };
}

/** Up: systemd has started everything that a boot starts. */
async function untilUp(host: DebianHost): Promise<void> {
  const isUp = async () => (await host.run(['systemctl', 'is-active', 'multi-user.target'])).code === 0;
  await until(`${host.name} is up`, isUp, bootLimitMs);
}
