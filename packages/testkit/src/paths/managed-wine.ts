import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { enrollmentRoutes, type MachineRow } from '@tenkai/protocol';
import { output } from '../rig/command.ts';
import type { Network } from '../rig/network.ts';
import { makeScratchFolder } from '../rig/rig-folder.ts';
import { until } from '../rig/until.ts';
import { startWine, type WineMachine, type WineService, wineNodePath } from '../rig/wine-machine.ts';
import { machineNamed } from './managed-host.ts';
import { shippedDeb } from './shipped-deb.ts';
import type { SiteProcess } from './site-process.ts';

/** A Windows machine on which the shipped programs of the agent run by Node for Windows, and which has enrolled. */
export interface ManagedWine {
  readonly machine: WineMachine;
  readonly machineId: string;
  readonly agent: WineService;
  row(): Promise<MachineRow>;
  /** `tenkai-agent` on that machine. */
  tenkaiAgent(...args: readonly string[]): Promise<string>;
  destroy(): Promise<void>;
}

const programFolder = 'C:\\Program Files\\Tenkai Agent';
const dataFolder = 'C:\\ProgramData\\Tenkai\\Agent';
const startLimitMs = 600_000;

export async function startManagedWine(
  network: Pick<Network, 'addMachine'>,
  site: SiteProcess,
  name: string,
): Promise<ManagedWine> {
  const machine = await startWine({ name, network });
  try {
    await putPrograms(machine);
    await putSettings(machine, site);
    const entry = `${programFolder}\\tenkai-agent.mjs`;
    const agent = machine.service([wineNodePath, entry, 'run', '--verbose']);
    const row = () => machineNamed(site, name);
    const isHere = async () => {
      const found = await row().catch(() => undefined);
      return found?.isOnline === true && found.architecture !== '';
    };
    await until(`${name} has sent its inventory`, isHere, startLimitMs).catch((error: unknown) => {
      throw new Error(`${name}: ${agent.log().slice(-4000)}`, { cause: error });
    });
    return {
      machine,
      machineId: (await row()).id,
      agent,
      row,
      tenkaiAgent: (...args) => machine.ask([wineNodePath, entry, ...args]),
      destroy: () => machine.destroy(),
    };
  } catch (error) {
    await machine.destroy();
    throw error;
  }
}

/** The programs are the same on every system. */
async function putPrograms(machine: WineMachine): Promise<void> {
  const folder = await makeScratchFolder('agent-programs');
  await output(['dpkg-deb', '--extract', await shippedDeb('agent'), folder]);
  await mkdir(machine.pathOf(programFolder), { recursive: true });
  for (const file of ['tenkai-agent.mjs', 'engine.mjs'])
    await output(['cp', join(folder, 'usr/lib/tenkai-agent', file), machine.pathOf(programFolder)]);
}

async function putSettings(machine: WineMachine, site: SiteProcess): Promise<void> {
  const body = { name: 'tests', maxUses: 1, validHours: 1 };
  const { secret } = await site.api(enrollmentRoutes.createTicket, { body });
  const ticketFile = `${dataFolder}\\ticket`;
  await machine.writeFile(ticketFile, secret);
  const settings = { server: site.url, rootFingerprint: site.rootFingerprint, ticketFile };
  await machine.writeFile(`${dataFolder}\\agent.json`, JSON.stringify(settings));
}
