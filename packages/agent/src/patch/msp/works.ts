import type { OwnService } from '../../platform/platform.ts';
import type { PatchWorks } from '../patch-works.ts';
import { applyMsp } from './apply.ts';
import type { MspDeps, RunInstaller } from './deps.ts';
import { listMsps } from './list.ts';
import { rollBackMsp } from './roll-back.ts';
import { settleMsps } from './settle.ts';

/** Windows Installer stops the service for its work, and starts it again, as the package tells it to. */
export const mspWorks = (deps: MspDeps): PatchWorks => ({
  apply: (source, options) => applyMsp(deps, source, options),
  list: (id) => listMsps(deps, id),
  rollBack: (id) => rollBackMsp(deps, id),
  settle: () => settleMsps(deps),
  restartService: async () => undefined,
});

const serviceLimitMs = 2 * 60_000;

/**
 * A service that ran goes on after the installer's work: Windows Installer does not start it again where the machine was
 * too busy to stop it within its patience. One that was stopped stays so.
 */
export function keepingService(service: OwnService | null, run: RunInstaller): RunInstaller {
  if (!service) return run;
  const limit = () => AbortSignal.timeout(serviceLimitMs);
  return async (command) => {
    const wasRunning = await service.isRunning(limit());
    const status = await run(command);
    if (wasRunning) await service.startIfStopped(limit());
    return status;
  };
}
