import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { enrollmentRoutes, type MachineRow, machineRoutes } from '@tenkai/protocol';
import { type Child, startNode } from './processes.ts';
import type { DemoSite } from './site.ts';

export interface DemoMachines {
  readonly names: readonly string[];
  stop(): Promise<void>;
}

const names = ['alder', 'birch', 'cedar'];

/** Three agents on this machine, each with a root folder of its own that stands for a machine's file system. */
export async function startMachines(root: string, dir: string, site: DemoSite): Promise<DemoMachines> {
  const { secret } = await site.api(enrollmentRoutes.createTicket, {
    body: { name: 'demonstration', maxUses: names.length, validHours: 1 },
  });
  const children: Child[] = [];
  for (const name of names) {
    const data = join(dir, name, 'agent');
    await makeRoot(join(dir, name, 'root'));
    await mkdir(data, { recursive: true, mode: 0o700 });
    const ticketFile = join(data, 'ticket');
    await writeFile(ticketFile, secret, { mode: 0o600 });
    const settings = {
      server: site.url,
      rootFingerprint: site.rootFingerprint,
      ticketFile,
      name,
      root: join(dir, name, 'root'),
    };
    await writeFile(join(data, 'agent.json'), JSON.stringify(settings));
    children.push(
      startNode({
        args: [join(root, 'packages/agent/src/main.ts'), 'run'],
        env: { TENKAI_AGENT_DATA: data },
        logFile: join(dir, name, 'agent.log'),
      }),
    );
  }
  return {
    names,
    stop: async () => void (await Promise.all(children.map((child) => child.stop()))),
  };
}

/** An empty dpkg database: dpkg --root refuses to work without one. */
async function makeRoot(root: string): Promise<void> {
  const dpkg = join(root, 'var/lib/dpkg');
  await mkdir(join(dpkg, 'updates'), { recursive: true });
  await mkdir(join(dpkg, 'info'), { recursive: true });
  await mkdir(join(dpkg, 'triggers'), { recursive: true });
  await writeFile(join(dpkg, 'status'), '');
  await writeFile(join(dpkg, 'available'), '');
}

const pollMs = 250;

/** Waits until all are enrolled, connected and have sent their inventory. */
export async function waitForMachines(
  site: DemoSite,
  count: number,
  timeoutMs: number,
): Promise<MachineRow[]> {
  const limit = AbortSignal.timeout(timeoutMs);
  for (;;) {
    limit.throwIfAborted();
    const { items } = await site.api(machineRoutes.list, { query: { limit: 100 } });
    const ready = items.filter((machine) => machine.isOnline && machine.operatingSystem !== '');
    if (ready.length >= count) return ready;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
