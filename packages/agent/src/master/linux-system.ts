import { existsSync } from 'node:fs';
import { protectionNeed } from '@tenkai/domain/master/index.ts';
import { run } from '../platform/shell.ts';
import { readSiteValues, writeSiteValues } from './agent-state.ts';
import { presentDefinitions } from './definitions.ts';
import { ensureHostKeysAtStart } from './host-keys-unit.ts';
import { findIdentities, removeIdentities } from './identities.ts';
import type { MasterSystem, MasterSystemDeps } from './system.ts';
import { clearSystemLogs, findSystemLogs, stopLogWriters } from './system-logs.ts';
import { startByHand, startTypeOf, startWithSystem, unitName } from './unit.ts';

const limitMs = 60_000;
const engines = ['/usr/bin/clamscan', '/usr/sbin/clamd', '/usr/bin/clamdscan'];
const nothing = async (): Promise<string[]> => [];

/** Linux with systemd: files tell everything, of an image too. What the agent is assigned to lies in its data folder alone. */
export function linuxSystem({ data, platform: { paths }, isLive }: MasterSystemDeps): MasterSystem {
  const hasSystemd = async () =>
    isLive && (await run('systemctl', ['show', '--property=Version'], { timeoutMs: limitMs })).code === 0;
  return {
    family: 'linux',
    switchOff: 'systemctl poweroff --force',
    protection() {
      const engine = engines.some((path) => existsSync(paths.real(path))) ? 'clamav' : null;
      return protectionNeed({ system: 'linux', systemVersion: '', engine, hasNetworkInspection: false });
    },
    definitions: () => presentDefinitions(paths),
    async look() {
      return {
        service: { isRunning: false, startType: startTypeOf(paths) },
        siteCode: null,
        keys: [],
        trustKeys: [],
        siteValues: readSiteValues(data),
        logs: findSystemLogs(paths),
        identities: findIdentities(paths),
      };
    },
    startByHand: async () => startByHand(paths, await hasSystemd()),
    async stopService() {
      if (await hasSystemd()) await run('systemctl', ['stop', unitName], { timeoutMs: limitMs });
    },
    forgetSite: nothing,
    forgetKeys: nothing,
    forgetTrust: nothing,
    writeSiteValues: async (values, pin) => writeSiteValues(data, values, pin),
    startWithSystem: async () => startWithSystem(paths, await hasSystemd()),
    async generalize() {
      const unit = ensureHostKeysAtStart(paths);
      if (await hasSystemd()) await stopLogWriters();
      return [...unit, ...removeIdentities(paths), ...clearSystemLogs(paths)];
    },
  };
}
