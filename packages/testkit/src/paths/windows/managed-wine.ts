import { enrollmentRoutes, type MachineRow } from '@tenkai/protocol';
import type { Network } from '../../rig/network.ts';
import { until } from '../../rig/until.ts';
import { startWine, type WineMachine } from '../../rig/wine-machine.ts';
import { machineNamed } from '../scene/managed-host.ts';
import type { SiteProcess } from '../scene/site-process.ts';
import { keepWindowsUp, type WindowsAgent, windowsAgent } from './windows-agent.ts';

/** A Windows machine with the agent as its package installs it, a service of Windows, which has enrolled. */
export interface ManagedWine {
  readonly machine: WineMachine;
  readonly machineId: string;
  readonly agent: WindowsAgent;
  row(): Promise<MachineRow>;
  destroy(): Promise<void>;
}

const startLimitMs = 600_000;
const ticketFile = 'C:\\t\\ticket';

export async function startManagedWine(
  network: Pick<Network, 'addMachine'>,
  site: SiteProcess,
  name: string,
): Promise<ManagedWine> {
  const machine = await startWine({ name, network });
  try {
    keepWindowsUp(machine);
    const agent = windowsAgent(machine);
    const msi = await agent.bring('0.1.1');
    const body = { name: 'tests', maxUses: 1, validHours: 1 };
    const { secret } = await site.api(enrollmentRoutes.createTicket, { body });
    await machine.writeFile(ticketFile, secret);
    const given = [`MP=${site.url}`, `ROOTFINGERPRINT=${site.rootFingerprint}`, `TICKET=${ticketFile}`];
    const code = await agent.msiexec('/i', msi, ...given);
    if (code !== 0) throw new Error(`${name}: msiexec ended with ${code}, of which Linux sees eight bits`);
    const row = () => machineNamed(site, name);
    const isHere = async () => {
      const found = await row().catch(() => undefined);
      return found?.isOnline === true && found.architecture !== '';
    };
    await until(`${name} has sent its inventory`, isHere, startLimitMs).catch(async (error: unknown) => {
      throw new Error(`${name}: ${(await agent.data('log\\agent.log')).slice(-4000)}`, { cause: error });
    });
    return { machine, machineId: (await row()).id, agent, row, destroy: () => machine.destroy() };
  } catch (error) {
    await machine.destroy();
    throw error;
  }
}
