import type { Platform, PlatformOptions } from '../platform.ts';
import { bootedAt, bootId } from './boot.ts';
import { createClientPatches } from './client-patches.ts';
import { createDetection } from './detection.ts';
import { createInstaller } from './installer.ts';
import { createInventory } from './inventory.ts';
import { createOldTrust } from './old-trust.ts';
import { createOwnService } from './own-service.ts';
import { createPaths } from './paths.ts';
import { createPower } from './power.ts';
import { createProcesses } from './processes.ts';
import { createRegistry } from './registry.ts';
import { createSessions } from './sessions.ts';
import { createUsers } from './users.ts';

/** Windows 10 and later, by the programs that every Windows has; no native code of ours. */
export function openWindows(options: PlatformOptions): Platform {
  const paths = createPaths();
  const registry = createRegistry();
  const boot = { bootId: () => bootId(options), bootedAt: () => bootedAt(options) };
  return {
    family: 'windows',
    ...boot,
    // Sysprep gives a machine from an image its own MachineGuid.
    firstStart: () => {},
    paths,
    sessions: createSessions(),
    users: createUsers(),
    oldTrust: createOldTrust(),
    clientPatches: createClientPatches(registry),
    ownService: createOwnService(),
    installer: createInstaller(),
    inventory: createInventory({ registry, ...boot }),
    power: createPower(options),
    processes: createProcesses(),
    detection: createDetection({ paths, registry }),
  };
}
