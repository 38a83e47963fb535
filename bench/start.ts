import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundle } from '../scripts/package/bundles.ts';
import { type BenchOptions, type BenchResult, type Figure, median } from './result.ts';
import { makeTicket } from './site/make-ticket.ts';
import { type Memory, settledMemory } from './site/settled-memory.ts';
import { shippedStart } from './site/shipped.ts';
import { type MeasuredProcess, startProcess } from './site/site-process.ts';
import { bundleServer, type Site, startSite } from './site/start-site.ts';
import { inWorkFolder } from './site/work-folder.ts';

/**
 * Start to ready, and resident memory when idle, of the bundles that ship with the options of their units: a server
 * on a fresh and on an existing data folder, and an agent that enrolls with it. Flags: --rounds 3.
 */
export async function run({ flags, progress }: BenchOptions): Promise<BenchResult> {
  const rounds = Number(flags.rounds ?? 3);
  return inWorkFolder(async (work) => {
    const programs = { server: await bundleServer(work), agent: await bundle('agent', work) };
    await bundle('engine', work);
    const raw: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      raw.push(await measureRound(programs, join(work, `round-${round}`)));
      progress(describe(raw.at(-1) as Round));
    }
    return { figures: toFigures(raw), notes, raw };
  });
}

interface Round {
  readonly freshMs: number;
  readonly existingMs: number;
  /** From the start of the agent until the site sees it online. */
  readonly enrolledMs: number;
  readonly reconnectedMs: number;
  readonly server: Memory;
  readonly agent: Memory;
}

async function measureRound(programs: { server: string; agent: string }, dir: string): Promise<Round> {
  const dataDir = join(dir, 'site');
  const fresh = await startSite({ file: programs.server, dataDir });
  await fresh.stop();
  const ticket = await makeTicket(dataDir);
  const site = await startSite({ file: programs.server, dataDir });
  try {
    const agentDir = await configureAgent(dir, site, ticket);
    const first = await startAgent(programs.agent, agentDir, site);
    await first.process.stop();
    await until(async () => (await connectedAgents(site)) === 0);
    const again = await startAgent(programs.agent, agentDir, site);
    try {
      // One after the other: an idle machine, as far as this one is idle.
      const agent = await settledMemory(again.process.pid);
      const server = await settledMemory(site.pid);
      return {
        freshMs: fresh.readyMs,
        existingMs: site.readyMs,
        enrolledMs: first.connectedMs,
        reconnectedMs: again.connectedMs,
        server,
        agent,
      };
    } finally {
      await again.process.stop();
    }
  } finally {
    await site.stop();
  }
}

/** What an installation leaves: settings, and a ticket in a file of its own. */
async function configureAgent(dir: string, site: Site, ticket: string): Promise<string> {
  const agentDir = join(dir, 'agent');
  await mkdir(agentDir, { recursive: true, mode: 0o700 });
  const ticketFile = join(agentDir, 'ticket');
  await writeFile(ticketFile, ticket, { mode: 0o600 });
  const settings = {
    server: `https://localhost:${site.port}`,
    rootFingerprint: site.rootFingerprint,
    ticketFile,
    name: 'bench',
  };
  await writeFile(join(agentDir, 'agent.json'), JSON.stringify(settings));
  return agentDir;
}

async function startAgent(
  file: string,
  agentDir: string,
  site: Site,
): Promise<{ process: MeasuredProcess; connectedMs: number }> {
  const { nodeOptions, env } = shippedStart('agent', join(dirname(file), 'cache'));
  const startedAt = performance.now();
  const process = startProcess({
    command: globalThis.process.execPath,
    args: [...nodeOptions, file, 'run'],
    env: { ...env, TENKAI_AGENT_DATA: agentDir },
  });
  await until(async () => (await connectedAgents(site)) === 1);
  return { process, connectedMs: performance.now() - startedAt };
}

/** From the site's own figures, which it gives to its own host. */
async function connectedAgents(site: Site): Promise<number> {
  const text = await site.get('/metrics');
  return Number(/^tenkai_agents_connected (\d+)$/m.exec(text)?.[1]);
}

async function until(holds: () => Promise<boolean>, signal = AbortSignal.timeout(60_000)) {
  while (!(await holds())) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const mb = (bytes: number) => bytes / 1_000_000;

function describe({ freshMs, existingMs, enrolledMs, reconnectedMs, server, agent }: Round): string {
  return [
    `server ${freshMs.toFixed(0)} ms fresh, ${existingMs.toFixed(0)} ms existing, ${mb(server.residentBytes).toFixed(0)} MB`,
    `agent ${enrolledMs.toFixed(0)} ms with enrollment, ${reconnectedMs.toFixed(0)} ms again, ${mb(agent.residentBytes).toFixed(0)} MB`,
  ].join('; ');
}

function toFigures(rounds: readonly Round[]): Figure[] {
  const middle = (of: (round: Round) => number) => median(rounds.map(of));
  const within3s = { of: 'value', atMost: 3000 } as const;
  return [
    {
      what: 'server ready, fresh data folder',
      unit: 'ms',
      value: middle((r) => r.freshMs),
      target: within3s,
    },
    { what: 'server ready, existing', unit: 'ms', value: middle((r) => r.existingMs), target: within3s },
    {
      what: 'agent online, with enrollment',
      unit: 'ms',
      value: middle((r) => r.enrolledMs),
      target: within3s,
    },
    { what: 'agent online, enrolled', unit: 'ms', value: middle((r) => r.reconnectedMs), target: within3s },
    {
      what: 'resident memory of the server, idle',
      unit: 'MB',
      value: middle((r) => mb(r.server.residentBytes)),
      target: { of: 'value', atMost: 200 },
    },
    {
      what: 'resident memory of the agent, idle',
      unit: 'MB',
      value: middle((r) => mb(r.agent.residentBytes)),
      target: { of: 'value', atMost: 70 },
    },
  ];
}

const notes = [
  'The bundles of scripts/package with the Node options and the environment of the shipped units; the first round fills the compile caches.',
  'Server: from its start to its line "is ready". Agent: from its start until the site counts its channel.',
  'Memory: VmRSS of /proc/<pid>/status after 3 s without a change of 1 %, agent enrolled and connected to that server.',
];
