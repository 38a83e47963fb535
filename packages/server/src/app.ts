import { registerAgentUpgrade } from './features/agent-upgrade/index.ts';
import { registerCertificates } from './features/certificates/index.ts';
import { type Collections, registerCollections } from './features/collections/index.ts';
import { type Content, registerContent } from './features/content/index.ts';
import { type Deployments, registerDeployments } from './features/deployments/index.ts';
import { type Enrollment, registerEnrollment } from './features/enrollment/index.ts';
import { registerFallback } from './features/fallback/index.ts';
import { registerLocator } from './features/locator/index.ts';
import { type Machines, registerMachines } from './features/machines/index.ts';
import { type Multicast, registerMulticast } from './features/multicast/index.ts';
import { type Packages, registerPackages } from './features/packages/index.ts';
import { registerPushes } from './features/pushes/index.ts';
import { registerRepositories } from './features/repositories/index.ts';
import { registerScenarios, type Scenarios } from './features/scenarios/index.ts';
import { type LookAtFirewall, registerSiteHealth } from './features/site-health/index.ts';
import { registerSites } from './features/sites/index.ts';
import { registerStatus, type Status } from './features/status/index.ts';
import { registerSystems } from './features/systems/index.ts';
import { registerUpdates, type Updates } from './features/updates/index.ts';
import { registerUsers, type Users } from './features/users/index.ts';
import { type Doors, openDoors } from './gateway/doors.ts';
import { registerHealth } from './kernel/health.ts';
import { createKernel, type Kernel, type KernelOptions } from './kernel/kernel.ts';
import { serverVersion } from './kernel/version.ts';

/** The whole server, built but not listening. */
export interface App {
  readonly kernel: Kernel;
  readonly status: Status;
  readonly users: Users;
  readonly machines: Machines;
  readonly enrollment: Enrollment;
  readonly collections: Collections;
  readonly content: Content;
  readonly packages: Packages;
  readonly scenarios: Scenarios;
  readonly multicast: Multicast;
  readonly deployments: Deployments;
  readonly updates: Updates;
  /**
   * Makes what every site has where it is missing or older than this server: packages, the upgrade of agents.
   * @param agentsDir where packages of the agent lie; null: nowhere
   */
  addBuiltIn(agentsDir: string | null): Promise<void>;
  /** Begins background work. Call it after the features are registered and before the first request. */
  start(): Promise<void>;
  /**
   * Lets agents, browsers and programs in.
   * @throws Error where the port is taken
   */
  open(where: { readonly host: string; readonly port: number }): Promise<Doors>;
  /** Ends in the order that loses nothing: doors, then work in progress, then the database. */
  stop(): Promise<void>;
}

export interface AppOptions extends KernelOptions {
  readonly siteCode: string;
  /** How long nothing at all may arrive before a pull from a repository ends; default: 3 min. */
  readonly pullGiveUpAfterMs?: number | undefined;
  /** Looks at the firewall of this host; absent: nobody does. */
  readonly lookAtFirewall?: LookAtFirewall | undefined;
  /** Where packages of the agent lie that are pushed to machines; absent: nowhere. */
  readonly agentsDir?: string | undefined;
  /** How long an agent that was pushed may take to enroll; default: 10 min. */
  readonly enrollWithinMs?: number | undefined;
}

/** Rows of delivered events are of use after a crash only. */
const keepEventsMs = 86_400_000;
const pruneEventsEveryMs = 6 * 3_600_000;

/** The one composition root: kernel, then features in the order in which they may know each other. */
export async function createApp(options: AppOptions): Promise<App> {
  const kernel = createKernel(options);
  registerHealth(kernel);
  kernel.jobs.every(
    'kernel.prune-events',
    pruneEventsEveryMs,
    async () => void (await kernel.events.prune(keepEventsMs)),
  );
  const sites = await registerSites(kernel, options);
  const status = registerStatus(kernel, { sites });
  const users = registerUsers(kernel);
  const machines = registerMachines(kernel, { sites, status });
  registerSystems(kernel, { machines });
  registerSiteHealth(kernel, { sites, status, machines, lookAtFirewall: options.lookAtFirewall });
  const enrollment = await registerEnrollment(kernel, { machines, sites, status });
  const pushes = registerPushes(kernel, {
    enrollment,
    sites,
    status,
    agentsDir: options.agentsDir ?? null,
    enrollWithinMs: options.enrollWithinMs,
  });
  await registerLocator(kernel, { sites, machines });
  registerFallback(kernel, { status });
  const content = await registerContent(kernel);
  const packages = registerPackages(kernel, { content });
  registerRepositories(kernel, {
    content,
    packages,
    status,
    giveUpAfterMs: options.pullGiveUpAfterMs,
  });
  const scenarios = registerScenarios(kernel, { content, packages });
  const agentUpgrade = registerAgentUpgrade(kernel, { content, packages, scenarios });
  const collections = await registerCollections(kernel, { machines });
  const multicast = await registerMulticast(kernel, { sites, status, content, machines });
  const deployments = registerDeployments(kernel, {
    sites,
    status,
    machines,
    collections,
    content,
    packages,
    scenarios,
    multicast,
  });
  registerCertificates(kernel, { machines, collections, deployments });
  const updates = registerUpdates(kernel, { machines, collections, packages, deployments, status });
  let doors: Doors | undefined;
  return {
    kernel,
    status,
    users,
    machines,
    enrollment,
    collections,
    content,
    packages,
    scenarios,
    multicast,
    deployments,
    updates,
    async addBuiltIn(agentsDir) {
      await Promise.all([packages.addBuiltIn(), agentUpgrade.bringUpToDate(agentsDir)]);
    },
    async start() {
      await kernel.http.fastify.ready();
      await kernel.audit.start();
      await kernel.events.start();
      await kernel.jobs.start();
      await pushes.start();
      await status.note({
        severity: 'info',
        component: 'server',
        code: 'site.started',
        params: { version: serverVersion },
      });
    },
    async open(where) {
      doors = await openDoors(kernel, { ...where, gateways: options.gateways ?? 0 });
      await multicast.open(where.host);
      return doors;
    },
    async stop() {
      // Streams of open consoles would never end by themselves.
      kernel.live.stop();
      await multicast.stop();
      await doors?.stop();
      await kernel.http.fastify.close();
      await kernel.jobs.stop();
      await pushes.stop();
      await updates.stop();
      await deployments.stop();
      await status.note({ severity: 'info', component: 'server', code: 'site.stopped', params: {} });
      await kernel.events.stop();
      await kernel.audit.stop();
      await kernel.db.close();
    },
  };
}
