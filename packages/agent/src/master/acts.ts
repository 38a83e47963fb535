import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import { type MasterFacts, type MasterStepId, missingDefinitions } from '@tenkai/domain/master/index.ts';
import { errorCode } from '../durable-file.ts';
import { readStatus } from '../service/status-file.ts';
import {
  liftHold,
  removeKeys,
  removeLogs,
  removePolicy,
  removeSite,
  removeTrust,
  siteOfAgent,
} from './agent-state.ts';
import type { MasterPlan } from './journal.ts';
import { isServiceRunning } from './look.ts';
import type { Scene } from './scene.ts';
import { unitName } from './unit.ts';

/** What one step does; safe to repeat. @returns what was changed, for people */
export type MasterAct = (scene: Scene, plan: MasterPlan, before: MasterFacts) => Promise<string[]>;

const stopLimitMs = 60_000;

/** By step; whether each has reached what it should is looked at afterwards. */
export const masterActs: Readonly<Record<MasterStepId, MasterAct>> = {
  async install(scene, _, before) {
    if (before.siteCode === null) return [];
    if (siteOfAgent(scene.data) !== null) await stopService(scene, before);
    return [...removeSite(scene.data), ...(await scene.system.forgetSite())];
  },
  async 'service-manual'(scene, _, before) {
    const links = await scene.system.startByHand();
    return [...links, ...(await stopService(scene, before))];
  },
  async certificates({ data, system }) {
    return [...removeKeys(data), ...(await system.forgetKeys())];
  },
  async trust({ data, system }) {
    return [...removeTrust(data), ...(await system.forgetTrust())];
  },
  async 'site-values'({ system }, { siteValues, pin }) {
    return system.writeSiteValues(siteValues, pin);
  },
  async 'start-type'({ data, system }) {
    liftHold(data);
    return system.startWithSystem();
  },
  async 'endpoint-protection'(_, __, { protection, definitions }) {
    const missing = missingDefinitions(protection, definitions);
    if (missing.length > 0) throw new Failure('master-definitions-missing', { kinds: missing.join(', ') });
    return definitions.map(({ kind, version, builtAt }) => `${kind} ${version}, ${builtAt}`);
  },
  async capture({ data, system }) {
    return [...removePolicy(data), ...removeLogs(data), ...(await system.generalize())];
  },
};

/** Through the system where it knows of the service, else by a word to the process. @returns what was stopped */
async function stopService(scene: Scene, { service }: MasterFacts): Promise<string[]> {
  const { data, platform, system } = scene;
  if (!service.isRunning && !isServiceRunning(scene)) return [];
  const status = readStatus(data);
  await system.stopService();
  // Started by something else than the system; the identity says that the number is still that process.
  if (status && platform.processes.isAlive(status.process) && system.family === 'linux')
    end(status.process.pid);
  const giveUpAt = performance.now() + stopLimitMs;
  while ((await isRunning(scene)) && performance.now() < giveUpAt) await sleep(50);
  return [unitName];
}

const isRunning = async (scene: Scene) =>
  isServiceRunning(scene) || (await scene.system.look(null)).service.isRunning;

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
