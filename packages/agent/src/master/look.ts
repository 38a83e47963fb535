import { networkInterfaces } from 'node:os';
import type { MasterFacts, PrecheckFacts } from '@tenkai/domain/master/index.ts';
import { readStatus } from '../service/status-file.ts';
import { agentVersion } from '../version.ts';
import {
  agentKeys,
  agentLogs,
  agentPolicy,
  isAssignmentHeld,
  locatorHost,
  siteOfAgent,
  trustKeys,
} from './agent-state.ts';
import type { MasterPlan, Round } from './journal.ts';
import type { Scene } from './scene.ts';

/** Everything that the audit asks about a machine. */
export async function lookAt(
  scene: Scene,
  { profile, pin }: Pick<MasterPlan, 'profile' | 'pin'>,
): Promise<MasterFacts> {
  const { data, system } = scene;
  const { keys, ...seen } = await system.look(pin);
  const { locator, ...values } = seen.siteValues;
  const { isRunning, startType } = seen.service;
  return {
    system: system.family,
    profile,
    siteCode: siteOfAgent(data) ?? seen.siteCode,
    agentKeys: [...agentKeys(data), ...keys],
    trustKeys: [...trustKeys(data, pin), ...seen.trustKeys],
    service: { isRunning: isRunning || isServiceRunning(scene), startType },
    siteValues: { ...values, locator: locator === null ? null : locatorHost(locator) },
    cachedPolicy: agentPolicy(data),
    logs: [...agentLogs(data), ...seen.logs],
    identities: seen.identities,
    protection: system.protection(),
    definitions: system.definitions(),
  };
}

/** By its own word; a system may know it of itself, too. */
export function isServiceRunning({ data, platform }: Pick<Scene, 'data' | 'platform'>): boolean {
  const status = readStatus(data);
  return status !== undefined && platform.processes.isAlive(status.process);
}

/** @param round the preparation in hand: a service that starts with the system is what its step 6 wants */
export function precheckFacts(
  scene: Scene,
  { profile, service, siteCode }: MasterFacts,
  round: Round | null = null,
): PrecheckFacts {
  const startsByItself = service.startType === 'automatic' || service.startType === 'automatic-delayed';
  const isQuiet = isAssignmentHeld(scene.data) && siteCode === null;
  return {
    isOnline: !scene.isImage && hasNetwork(),
    isHeld: isQuiet || (!service.isRunning && (!startsByItself || round?.hasBegunStartType === true)),
    profile,
    agent: { product: 'tenkai', version: agentVersion, cumulativeUpdate: null },
  };
}

function hasNetwork(): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.some(({ internal, scopeid }) => !internal && !scopeid);
}
