import type { TestContext } from 'node:test';
import {
  collectionRoutes,
  createUser,
  deploymentRoutes,
  enrollmentRoutes,
  machineRoutes,
  packageRoutes,
  scenarioRoutes,
  windowRoutes,
} from '@tenkai/protocol/api/index.ts';
import { createApiToken, getSession } from '@tenkai/protocol/api/users.ts';
import { type Client, createClient } from '@tenkai/protocol/client.ts';
import type { BrowserContext } from 'playwright-core';
import { aDraft } from '../package-draft.ts';
import { pinnedFetch } from '../paths/scene/pinned-fetch.ts';
import { until } from '../rig/until.ts';
import type { ReadySite } from '../site-process.ts';
import type { TestAgent } from '../small-site/run-agent.ts';
import { startAgent } from './console-agent.ts';

export type ConsoleSite = ReadySite & { readonly url: string };

/** The API as the administrator who is signed in with this browser. */
export async function apiOf(browser: BrowserContext, site: ConsoleSite): Promise<Client> {
  const cookies = await browser.cookies();
  return apiWith(cookies.map(({ name, value }) => `${name}=${value}`).join('; '), site);
}

/** The same with the cookies of any browser: `name=value; ...`. */
export async function apiWith(cookie: string, site: ConsoleSite): Promise<Client> {
  const fetch = await pinnedFetch(site.url, site.rootFingerprint);
  const as = (headers: Record<string, string>) =>
    createClient({ baseUrl: site.url, headers: () => headers, fetch, timeoutMs: 30_000 });
  const { csrf } = await as({ cookie })(getSession);
  const { secret } = await as({ cookie, 'x-tenkai-csrf': csrf })(createApiToken, {
    body: { name: 'test', role: 'administrator', expiresInDays: 1 },
  });
  return as({ authorization: `Bearer ${secret}` });
}

/** Machines with real agents, enrolled by a ticket. */
export async function startMachines(
  t: TestContext,
  api: Client,
  site: ConsoleSite,
  names: readonly string[],
): Promise<Map<string, TestAgent>> {
  const body = { name: 'test', maxUses: names.length, validHours: 1 };
  const { secret, rootFingerprint } = await api(enrollmentRoutes.createTicket, { body });
  const agents = new Map<string, TestAgent>();
  for (const name of names) {
    agents.set(name, await startAgent(t, name, { server: site.url, rootFingerprint, secret }));
  }
  await until('all machines are on and known', async () => {
    const { items } = await api(machineRoutes.list, { query: {} });
    // The operating system is told when it asks to enroll, the processor with its inventory.
    const isKnown = (machine: (typeof items)[number]) =>
      machine.isOnline && machine.powerState === 'on' && machine.architecture !== '';
    return items.filter(isKnown).length === names.length;
  });
  return agents;
}

/** A package whose program is a command of the machine. */
export function commandPackage(id: string, command: string, detectedFile: string) {
  const [program] = aDraft().programs;
  return aDraft({
    id,
    name: id,
    targets: [],
    condition: null,
    detection: [{ kind: 'file', path: detectedFile }],
    programs: [{ ...(program as NonNullable<typeof program>), executable: null, parameters: command }],
  });
}

export interface Filled {
  readonly packageId: string;
  readonly scenarioId: string;
  readonly collectionId: string;
  readonly deploymentId: string;
  readonly runId: string;
  readonly machineId: string;
}

/** One of everything, so that every page has something to show; its run has failed, as the page of a run shows most then. */
export async function fillSite(api: Client): Promise<Filled> {
  const draft = commandPackage('broken', 'echo nothing was installed', '/opt/nowhere');
  await api(packageRoutes.create, { body: { draft, contentId: null } });
  const scenario = await api(scenarioRoutes.create, {
    body: {
      name: 'Install and restart',
      description: 'Two steps',
      variables: [{ name: 'LEVEL', value: '1' }],
      steps: [
        { kind: 'install-package', id: 's1', name: 'Install', packageId: 'broken', program: null },
        {
          kind: 'group',
          id: 'g1',
          name: 'Afterwards',
          steps: [{ kind: 'wait', id: 's2', name: 'Wait', seconds: 1 }],
          condition: { kind: 'previous-step', outcome: 'succeeded' },
        },
      ],
      options: { restartAfter: false, powerOffAtEnd: false, restartAtStart: false },
    },
  });
  const collection = await api(collectionRoutes.create, {
    body: {
      name: 'Linux',
      limitingCollectionId: null,
      rules: [{ kind: 'query', name: 'Linux', query: 'os.family = linux' }],
    },
  });
  await api(windowRoutes.replace, {
    params: { id: collection.id },
    body: {
      windows: [
        {
          id: 'w1',
          name: 'Always',
          durationMinutes: 1440,
          schedule: {
            kind: 'recurring',
            rule: { every: 'day', interval: 1, at: '00:00' },
            timeZone: 'Asia/Tokyo',
            startsAt: '2020-01-01T00:00:00Z',
          },
        },
      ],
    },
  });
  await api(createUser, { body: { name: 'viewer', role: 'viewer', collectionScope: [collection.id] } });
  const deployment = await deploy(api, scenario.id, collection.id);
  const run = await until('the run has failed', async () => {
    const { items } = await api(deploymentRoutes.runs, { params: { id: deployment }, query: {} });
    return items.find(({ status }) => status === 'failed');
  });
  return {
    packageId: 'broken',
    scenarioId: scenario.id,
    collectionId: collection.id,
    deploymentId: deployment,
    runId: run.id,
    machineId: run.machineId,
  };
}

/** Deploys a scenario at once. @returns the deployment's id */
export async function deploy(api: Client, scenarioId: string, collectionId: string): Promise<string> {
  const { id } = await api(deploymentRoutes.create, {
    body: {
      name: 'Broken to Linux',
      subject: { kind: 'scenario', scenarioId },
      collectionId,
      purpose: 'required',
      schedule: { kind: 'now' },
      respectsWindows: false,
      concurrency: null,
      wakesMachines: false,
      retries: 0,
      variables: [],
    },
  });
  return id;
}
