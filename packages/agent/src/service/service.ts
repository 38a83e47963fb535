import { join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import { isSearchWanted } from '../assignment/is-wanted.ts';
import type { Boundary } from '../boundary.ts';
import { holdIdentity } from '../certificates/keep.ts';
import { type DataFolder, makeDataFolder } from '../data-folder.ts';
import { enroll, presentEnrollment } from '../enrollment.ts';
import { openFallback } from '../fallback/fallback.ts';
import { takeLock } from '../lock.ts';
import { type Log, openLog } from '../log.ts';
import { openOutbox } from '../outbox/outbox.ts';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import { runTurns } from '../run-turns.ts';
import { openSelfService } from '../self-service/open-self-service.ts';
import { readSettings, type Settings } from '../settings.ts';
import { noTrouble, type Trouble, troubleOf } from '../trouble-text.ts';
import { agentVersion } from '../version.ts';
import { liveConnected } from './connected.ts';
import type { Service } from './service-state.ts';
import { openStatusFile } from './status-file.ts';
import { createSupervisor } from './supervise.ts';

export interface RunService {
  readonly data: DataFolder;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly engineEntry: string;
  readonly boundary: Boundary;
  readonly isVerbose: boolean;
  readonly stop: AbortSignal;
}

/** Settings are looked at this often while the agent waits to be assigned to a site (AGENT-33). */
const settingsEveryMs = 2000;
/** What only a person can put right is tried again this seldom. */
const refusedEveryMs = 5 * 60_000;
/** A site that was not found is searched again after this, and then less and less often. */
const searchFirstMs = 10_000;

/**
 * The agent's service: keeps the machine in touch with its site, and its runs in the hands of engines. Nothing that
 * it holds is lost when it ends at any moment.
 * @throws Failure agent-runs-already, agent-settings-invalid, platform-unsupported
 */
export async function runService(input: RunService): Promise<void> {
  const { data, env } = input;
  makeDataFolder(data);
  const { logLevel: level = 'info' } = readSettings(data);
  const log = openLog({ folder: data.log, name: 'agent', level, isVerbose: input.isVerbose });
  if (process.platform === 'win32') await takeFromInstaller(data, log);
  const settings = readSettings(data);
  const platform = await selectPlatform(platformOptions(env, settings));
  const { processes } = platform;
  const lock = await takeLock({ processes, folder: join(data.locks, 'service'), what: 'agent service' });
  try {
    platform.firstStart();
    await holdIdentity(data, log.child({ component: 'identity' }));
    const service = openService(input, { settings, log, platform });
    service.log.info({ pid: process.pid }, 'service begins');
    const closeDoor = await openSelfService(service);
    await Promise.all([
      service.supervisor.run(),
      keepEnrolled(service),
      service.fallback.run(service.stop),
    ]).finally(closeDoor);
    service.log.info('service ends');
  } finally {
    lock.release();
  }
}

/** Properties of the installation; what is wrong with them must not keep the service from running. */
async function takeFromInstaller(data: DataFolder, log: Log): Promise<void> {
  try {
    const { registrySetup } = await import('../setup/registry-setup.ts');
    const { takeSetup } = await import('../setup/take-setup.ts');
    const names = await takeSetup(data, registrySetup(data));
    if (names.length > 0) log.info({ names }, 'properties of the installation were taken');
  } catch (error) {
    log.error({ err: error }, 'properties of the installation were not taken');
  }
}

function openService(
  input: RunService,
  { settings, log, platform }: Pick<Service, 'settings' | 'log' | 'platform'>,
): Service {
  const { data, boundary, stop } = input;
  const now = () => Date.now();
  const component = (name: string) => log.child({ component: name });
  const status = openStatusFile(data, {
    process: platform.processes.own(),
    version: agentVersion,
    startedAt: now(),
    isConnected: false,
    ...noTrouble,
    lastCheckInAt: null,
    lastOrdersAt: null,
    lastInventoryAt: null,
    activeRuns: runTurns(data, platform.bootId()).active.map(({ name }) => name),
  });
  const outbox = openOutbox({ folder: data.outbox, now, boundary });
  const onClosed = () => service.onRunClosed();
  const supervisor = createSupervisor({ ...input, platform, log: component('supervisor'), onClosed });
  const fallback = openFallback({ data, now, log: component('fallback'), platform });
  const parts = {
    data,
    env: input.env,
    settings,
    platform,
    outbox,
    status,
    supervisor,
    fallback,
    boundary,
    now,
    stop,
  };
  const service: Service = { ...parts, log: component('service'), onRunClosed: () => {}, askSite: null };
  return service;
}

/** Enrolls, and stays in touch; again whenever the site has forgotten the machine or the settings name another one. */
async function keepEnrolled(service: Service): Promise<void> {
  const { stop, status, log } = service;
  const onWait = (trouble: Trouble) => status.set(trouble);
  const onTrouble = service.fallback.tell;
  let searches = 0;
  while (!stop.aborted) {
    const tried = settingsText(service);
    try {
      const deps = { ...service, settings: await assignedSettings(service), onWait, onTrouble };
      searches = 0;
      const enrollment = presentEnrollment(deps) ?? (await enroll(deps, stop));
      await liveConnected(service, enrollment);
    } catch (error) {
      if (stop.aborted) return;
      const isUnassigned = isFailure(error, 'agent-not-configured');
      const isUnfound = isFailure(error, 'assignment-none');
      if (isUnfound) searches += 1;
      status.set({ ...troubleOf(error), isConnected: false });
      if (!isUnassigned) onTrouble(error);
      if (!isUnassigned && !isUnfound) log.error({ err: error }, 'not enrolled');
      const searchMs = Math.min(refusedEveryMs, searchFirstMs * 2 ** searches);
      const waitMs = isUnassigned ? settingsEveryMs : isUnfound ? searchMs : refusedEveryMs;
      await pauseUntilChanged(service, tried, waitMs);
    }
  }
}

/** The settings with a site, found where they ask for a search. @throws Failure assignment-none */
async function assignedSettings(service: Service): Promise<Settings> {
  const settings = readSettings(service.data);
  if (!isSearchWanted(settings)) return settings;
  const { searchSite } = await import('../assignment/search.ts');
  return searchSite(service, service.stop);
}

const isFailure = (error: unknown, code: string) => error instanceof Failure && error.code === code;

const settingsText = ({ data }: Service) => JSON.stringify(readSettings(data));

/**
 * Waits; a change of the settings ends the wait, one during the attempt that has failed, too: `tenkai-agent enroll`
 * beside this service may have used up the ticket and be done.
 * @param tried the settings of that attempt
 */
async function pauseUntilChanged(service: Service, tried: string, limitMs: number): Promise<void> {
  const giveUpAt = performance.now() + limitMs;
  while (performance.now() < giveUpAt && !service.stop.aborted) {
    await pause(settingsEveryMs, service.stop);
    if (settingsText(service) !== tried) return;
  }
}
