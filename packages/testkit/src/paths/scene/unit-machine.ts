import type { AgentStatus } from '@tenkai/agent/status.ts';
import type { Network } from '../../rig/network.ts';
import { startSystemdHost } from '../../rig/systemd-host.ts';
import type { SystemdMachine } from '../../rig/systemd-machine.ts';
import { until } from '../../rig/until.ts';
import { type ReachedSite, reachSite } from './reach-site.ts';

/** What systemd says of a unit (systemd(1), `systemctl show`). */
export interface Unit {
  /** `loaded`, or `not-found`. */
  readonly LoadState: string;
  readonly ActiveState: string;
  /** `enabled`, `disabled`; empty where there is no such unit. */
  readonly UnitFileState: string;
  readonly MainPID: string;
  readonly NRestarts: string;
  readonly Description: string;
  readonly User: string;
}

/** A machine with systemd on which the shipped packages are installed as an administrator does it. */
export interface UnitMachine {
  readonly vm: SystemdMachine;
  /** Copies a package into it and installs it with dpkg. */
  install(deb: string): Promise<void>;
  unit(name: string): Promise<Unit>;
  /** `tenkai-agent status`. */
  agentStatus(): Promise<AgentStatus>;
  /** Version of an installed package by its package manager; empty where it is not installed. */
  installedVersion(packageName: string): Promise<string>;
  /** Waits for the site that was installed in it, and becomes its administrator. */
  reachSite(): Promise<ReachedSite>;
}

const properties = [
  'LoadState',
  'ActiveState',
  'UnitFileState',
  'MainPID',
  'NRestarts',
  'Description',
  'User',
];
const slowMs = 480_000;

export async function startUnitMachine(network: Network, name: string): Promise<UnitMachine> {
  return asUnitMachine(await startSystemdHost({ name, network }), network);
}

export function asUnitMachine(vm: SystemdMachine, network: Network): UnitMachine {
  return {
    vm,
    async install(deb) {
      const path = '/root/package.deb';
      await vm.copyIn(deb, path);
      await vm.ask(['dpkg', '--install', path], { timeoutMs: slowMs });
      await vm.ask(['rm', path]);
    },
    async unit(unitName) {
      const shown = await vm.ask(['systemctl', 'show', `--property=${properties.join(',')}`, unitName]);
      const lines = shown.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2));
      return Object.fromEntries(lines) as Unit;
    },
    agentStatus: async () => JSON.parse(await vm.ask('tenkai-agent status --json')) as AgentStatus,
    async installedVersion(packageName) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
      const format = '-f=${db:Status-Status} ${Version}';
      const { stdout } = await vm.run(['dpkg-query', '-W', format, packageName]);
      return stdout.startsWith('installed ') ? stdout.slice('installed '.length).trim() : '';
    },
    async reachSite() {
      const journal = ['journalctl', '--unit=tenkai-server', '--output=cat', '--no-pager'];
      let text = '';
      const isReady = async () => {
        text = await vm.ask(journal);
        return /setup#/.test(text);
      };
      await until('the site says that it is ready', isReady, slowMs);
      const forward = await network.forward(443, vm.address);
      return reachSite(`https://localhost:${forward.port}`, () => text);
    },
  };
}
