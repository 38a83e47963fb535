import { enrollmentRoutes, type MachineRow, machineRoutes } from '@tenkai/protocol';
import { type DebianHost, startHost } from '../../rig/debian-host.ts';
import type { HostService } from '../../rig/host-command.ts';
import type { Network } from '../../rig/network.ts';
import { until } from '../../rig/until.ts';
import type { ReachedSite } from './reach-site.ts';
import { shippedDeb } from './shipped-deb.ts';
import type { SiteProcess } from './site-process.ts';

/** A Debian host on which the agent's package was installed with dpkg, and which has enrolled. */
export interface ManagedHost {
  readonly host: DebianHost;
  readonly machineId: string;
  /** `tenkai-agent run`, started at each boot. */
  readonly agent: HostService;
  /** What the package manager of the host itself says; empty where it is not installed. */
  installedVersion(packageName: string): Promise<string>;
  row(): Promise<MachineRow>;
  untilOnline(): Promise<void>;
  destroy(): Promise<void>;
}

const debPath = '/root/tenkai-agent.deb';
const dataFolder = '/var/lib/tenkai-agent';

export async function startManagedHost(
  network: Pick<Network, 'addMachine'>,
  site: SiteProcess,
  name: string,
  { agentVersion, ...options }: { diskMb?: number; agentVersion?: string } = {},
): Promise<ManagedHost> {
  return manageHost(await startHost({ name, network, ...options }), site, agentVersion);
}

/** Installs the agent on a host that is on; resolves when the site has its first inventory. */
export async function manageHost(
  host: DebianHost,
  site: SiteProcess,
  agentVersion?: string,
): Promise<ManagedHost> {
  const { name } = host;
  await host.copyIn(await shippedDeb('agent', agentVersion), debPath);
  await host.ask(['dpkg', '--install', debPath], { timeoutMs: 300_000 });
  await enrollWithTicket(host, site);
  const agent = host.service(['/usr/bin/tenkai-agent', 'run']);
  const row = () => machineNamed(site, name);
  const untilOnline = async () => {
    await until(
      `${name} is online`,
      async () => (await row().catch(() => undefined))?.isOnline === true,
      240_000,
    );
  };
  await until(`${name} has sent its inventory`, async () => {
    const machine = await row().catch(() => undefined);
    return machine?.isOnline === true && machine.architecture !== '';
  });
  return {
    host,
    machineId: (await row()).id,
    agent,
    async installedVersion(packageName) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
      const format = '-f=${db:Status-Status} ${Version}';
      const { stdout } = await host.run(['dpkg-query', '-W', format, packageName]);
      return stdout.startsWith('installed ') ? stdout.slice('installed '.length).trim() : '';
    },
    row,
    untilOnline,
    destroy: () => host.destroy(),
  };
}

/** As the documentation tells an administrator to do it: a ticket in a file that only root reads. */
async function enrollWithTicket(host: DebianHost, site: SiteProcess): Promise<void> {
  const body = { name: 'tests', maxUses: 1, validHours: 1 };
  const { secret } = await site.api(enrollmentRoutes.createTicket, { body });
  const ticketFile = `${dataFolder}/ticket`;
  await host.writeFile(ticketFile, secret, 0o600);
  const settings = {
    server: site.url,
    rootFingerprint: site.rootFingerprint,
    ticketFile,
    powerCommand: ['/usr/local/sbin/tenkai-power'],
  };
  // Without systemd the agent is told how this host restarts.
  const power =
    '#!/bin/sh\ncase "$1" in restart) exec shutdown -r now ;; shut-down) exec poweroff ;; esac\nexit 2\n';
  await host.writeFile('/usr/local/sbin/tenkai-power', power, 0o755);
  await host.writeFile(`${dataFolder}/agent.json`, JSON.stringify(settings));
}

/** @throws Error while there is none */
export async function machineNamed(site: ReachedSite, name: string): Promise<MachineRow> {
  const { items } = await site.api(machineRoutes.list, { query: { search: name, limit: 10 } });
  const found = items.find((machine) => machine.name === name);
  if (!found) throw new Error(`the site knows no machine ${name}`);
  return found;
}
