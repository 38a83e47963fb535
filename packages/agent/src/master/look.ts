import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import {
  type MasterFacts,
  type MasterProfile,
  type PrecheckFacts,
  protectionNeed,
} from '@tenkai/domain/master/index.ts';
import { readStatus } from '../service/status-file.ts';
import { agentVersion } from '../version.ts';
import {
  agentKeys,
  agentLogs,
  agentPolicy,
  isAssignmentHeld,
  locatorHost,
  readSiteValues,
  siteOfAgent,
  trustKeys,
} from './agent-state.ts';
import { presentDefinitions } from './definitions.ts';
import { findIdentities } from './identities.ts';
import type { MasterPlan } from './journal.ts';
import type { Scene } from './scene.ts';
import { findSystemLogs } from './system-logs.ts';
import { startTypeOf } from './unit.ts';

/** Everything that the audit asks about a Linux machine. */
export function lookAt(scene: Scene, plan: Pick<MasterPlan, 'profile' | 'pin'>): MasterFacts {
  const { data, platform } = scene;
  const { locator, ...values } = readSiteValues(data);
  return {
    system: 'linux',
    profile: plan.profile,
    siteCode: siteOfAgent(data),
    agentKeys: agentKeys(data),
    trustKeys: trustKeys(data, plan.pin),
    service: { isRunning: isServiceRunning(scene), startType: startTypeOf(platform.paths) },
    siteValues: { ...values, locator: locator === null ? null : locatorHost(locator) },
    cachedPolicy: agentPolicy(data),
    logs: [...agentLogs(data), ...findSystemLogs(platform.paths)],
    identities: findIdentities(platform.paths),
    protection: protectionOf(scene),
    definitions: presentDefinitions(platform.paths),
  };
}

export function isServiceRunning({ data, platform }: Scene): boolean {
  const status = readStatus(data);
  return status !== undefined && platform.processes.isAlive(status.process);
}

const engines = ['/usr/bin/clamscan', '/usr/sbin/clamd', '/usr/bin/clamdscan'];

function protectionOf({ platform: { paths } }: Scene) {
  const engine = engines.some((path) => existsSync(paths.real(path))) ? 'clamav' : null;
  return protectionNeed({ system: 'linux', systemVersion: '', engine, hasNetworkInspection: false });
}

export function precheckFacts(scene: Scene, profile: MasterProfile): PrecheckFacts {
  const startType = startTypeOf(scene.platform.paths);
  const startsByItself = startType === 'automatic' || startType === 'automatic-delayed';
  const isQuiet = isAssignmentHeld(scene.data) && siteOfAgent(scene.data) === null;
  return {
    isOnline: !scene.isImage && hasNetwork(),
    isHeld: isQuiet || (!isServiceRunning(scene) && !startsByItself),
    profile,
    agent: { product: 'tenkai', version: agentVersion, cumulativeUpdate: null },
  };
}

function hasNetwork(): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.some(({ internal, scopeid }) => !internal && !scopeid);
}
