import { enrollmentRoutes } from '@tenkai/protocol';
import { madeOfParts } from '../../rig/kept-parts.ts';
import { makeNetwork, type Network } from '../../rig/network.ts';
import { type SystemdHost, startSystemdHost } from '../../rig/systemd-host.ts';
import type { SystemdMachine } from '../../rig/systemd-machine.ts';
import { until } from '../../rig/until.ts';
import { machineNamed } from './managed-host.ts';
import { shippedDeb } from './shipped-deb.ts';
import { type SiteProcess, startSiteProcess } from './site-process.ts';
import { asUnitMachine, type UnitMachine } from './unit-machine.ts';

/** A machine with systemd on which the agent's package was installed with its properties, and which has enrolled. */
export interface ManagedUnit {
  readonly machine: UnitMachine;
  readonly machineId: string;
  isOnline(): Promise<boolean>;
  untilOnline(): Promise<void>;
}

/** A network with a site and one host with systemd that it manages. */
export interface UnitScene extends ManagedUnit {
  readonly site: SiteProcess;
  readonly host: SystemdHost;
  destroy(): Promise<void>;
}

const slowMs = 480_000;

export function startUnitScene(name: string): Promise<UnitScene> {
  return madeOfParts(async (keep) => {
    const network = keep(await makeNetwork());
    const site = keep(await startSiteProcess(network));
    const host = keep(await startSystemdHost({ name, network }));
    return { ...(await manageUnit(host, network, site)), site, host };
  });
}

export async function manageUnit(
  vm: SystemdMachine,
  network: Network,
  site: SiteProcess,
): Promise<ManagedUnit> {
  const { name } = vm;
  await writeProperties(vm, site);
  const machine = asUnitMachine(vm, network);
  await machine.install(await shippedDeb('agent'));
  const isOnline = async () => {
    const row = await machineNamed(site, name).catch(() => undefined);
    return row?.isOnline === true && row.architecture !== '';
  };
  const untilOnline = async () => {
    await until(`${name} is online`, isOnline, slowMs);
  };
  await untilOnline();
  return { machine, machineId: (await machineNamed(site, name)).id, isOnline, untilOnline };
}

/** As an administrator does it: properties and ticket lie there before the package is installed. */
export async function writeProperties(vm: SystemdMachine, site: SiteProcess): Promise<void> {
  const body = { name: vm.name, maxUses: 1, validHours: 1 };
  const { secret } = await site.api(enrollmentRoutes.createTicket, { body });
  await vm.ask('umask 077; cat > /root/ticket', { input: secret });
  const properties = `MP=${site.url} ROOTFINGERPRINT=${site.rootFingerprint} TICKET=/root/ticket`;
  await vm.writeFile('/etc/tenkai-agent.properties', `${properties}\n`);
}
