import type { Platform, PlatformOptions } from '../platform.ts';
import { bootedAt, bootId } from './boot.ts';
import { createDetection } from './detection.ts';
import { createInstaller } from './installer.ts';
import { createInventory } from './inventory.ts';
import { ensureMachineId } from './machine-id.ts';
import { createPaths } from './paths.ts';
import { createPower } from './power.ts';
import { createProcesses } from './processes.ts';
import { createSessions } from './sessions.ts';
import { createUsers } from './users.ts';

/** Linux with systemd or without, dpkg or rpm or neither. */
export function openLinux(options: PlatformOptions): Platform {
  const paths = createPaths(options);
  const boot = { bootId: () => bootId(options), bootedAt: () => bootedAt(options) };
  const sessions = createSessions({ paths });
  return {
    family: 'linux',
    ...boot,
    firstStart: () => ensureMachineId(paths),
    paths,
    sessions,
    users: createUsers(),
    // That product had no client for Linux that kept one.
    oldTrust: { count: async () => null, removeAll: async () => {} },
    clientPatches: null,
    ownService: null,
    installer: createInstaller({ paths }),
    inventory: createInventory({ paths, ...boot }),
    power: createPower(options),
    processes: createProcesses({ paths, sessions }),
    detection: createDetection({ paths }),
  };
}
