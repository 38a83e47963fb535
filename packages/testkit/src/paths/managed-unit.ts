import { enrollmentRoutes } from '@tenkai/protocol';
import type { Network } from '../rig/network.ts';
import type { SystemdMachine } from '../rig/systemd-machine.ts';
import { until } from '../rig/until.ts';
import { machineNamed } from './managed-host.ts';
import { shippedDeb } from './shipped-deb.ts';
import type { SiteProcess } from './site-process.ts';
import { asUnitMachine, type UnitMachine } from './unit-machine.ts';

/** A machine with systemd on which the agent's package was installed with its properties, and which has enrolled. */
export interface ManagedUnit {
  readonly machine: UnitMachine;
  readonly machineId: string;
  untilOnline(): Promise<void>;
}

const slowMs = 480_000;

/** As an administrator does it: the properties lie there before the package is installed. */
export async function manageUnit(
  vm: SystemdMachine,
  network: Network,
  site: SiteProcess,
): Promise<ManagedUnit> {
  const { name } = vm;
  const body = { name, maxUses: 1, validHours: 1 };
  const { secret } = await site.api(enrollmentRoutes.createTicket, { body });
  await vm.ask('umask 077; cat > /root/ticket', { input: secret });
  const properties = `MP=${site.url} ROOTFINGERPRINT=${site.rootFingerprint} TICKET=/root/ticket`;
  await vm.writeFile('/etc/tenkai-agent.properties', `${properties}\n`);
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
  return { machine, machineId: (await machineNamed(site, name)).id, untilOnline };
}
