import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import { type MasterStepId, missingDefinitions } from '@tenkai/domain/master/index.ts';
import { errorCode } from '../durable-file.ts';
import { run } from '../platform/shell.ts';
import { readStatus } from '../service/status-file.ts';
import {
  liftHold,
  removeKeys,
  removeLogs,
  removePolicy,
  removeSite,
  removeTrust,
  siteOfAgent,
  writeSiteValues,
} from './agent-state.ts';
import { ensureHostKeysAtStart } from './host-keys-unit.ts';
import { removeIdentities } from './identities.ts';
import type { MasterPlan } from './journal.ts';
import { isServiceRunning, lookAt } from './look.ts';
import type { Scene } from './scene.ts';
import { clearSystemLogs, stopLogWriters } from './system-logs.ts';
import { startByHand, startWithSystem, unitName } from './unit.ts';

/** What one step does; safe to repeat. @returns what was changed, for people */
export type MasterAct = (scene: Scene, plan: MasterPlan) => Promise<string[]>;

const stopLimitMs = 60_000;

/** By step; whether each has reached what it should is looked at afterwards. */
export const masterActs: Readonly<Record<MasterStepId, MasterAct>> = {
  async install(scene) {
    if (siteOfAgent(scene.data) === null) return [];
    await stopService(scene);
    return removeSite(scene.data);
  },
  async 'service-manual'(scene) {
    const links = await startByHand(scene.platform.paths, await hasSystemd(scene));
    return [...links, ...(await stopService(scene))];
  },
  async certificates({ data }) {
    return removeKeys(data);
  },
  async trust({ data }) {
    return removeTrust(data);
  },
  async 'site-values'({ data }, { siteValues, pin }) {
    return writeSiteValues(data, siteValues, pin);
  },
  async 'start-type'(scene) {
    liftHold(scene.data);
    return startWithSystem(scene.platform.paths, await hasSystemd(scene));
  },
  async 'endpoint-protection'(scene, plan) {
    const { protection, definitions } = lookAt(scene, plan);
    const missing = missingDefinitions(protection, definitions);
    if (missing.length > 0) throw new Failure('master-definitions-missing', { kinds: missing.join(', ') });
    return definitions.map(({ kind, version, builtAt }) => `${kind} ${version}, ${builtAt}`);
  },
  async capture(scene) {
    const { data } = scene;
    const { paths } = scene.platform;
    const unit = ensureHostKeysAtStart(paths);
    if (await hasSystemd(scene)) await stopLogWriters();
    const identities = removeIdentities(paths);
    return [...unit, ...identities, ...removePolicy(data), ...removeLogs(data), ...clearSystemLogs(paths)];
  },
};

async function hasSystemd({ isLive }: Scene): Promise<boolean> {
  if (!isLive) return false;
  const { code } = await run('systemctl', ['show', '--property=Version'], { timeoutMs: stopLimitMs });
  return code === 0;
}

/** Through systemd where it runs, else by a word to the process; an image has none. @returns what was stopped */
async function stopService(scene: Scene): Promise<string[]> {
  if (!isServiceRunning(scene)) return [];
  const { data, platform } = scene;
  const status = readStatus(data);
  if (await hasSystemd(scene)) await run('systemctl', ['stop', unitName], { timeoutMs: stopLimitMs });
  // Started by something else than systemd; the identity says that the number is still that process.
  if (status && platform.processes.isAlive(status.process)) end(status.process.pid);
  const giveUpAt = performance.now() + stopLimitMs;
  while (isServiceRunning(scene) && performance.now() < giveUpAt) await sleep(50);
  return [unitName];
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
