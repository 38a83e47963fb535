import type { PatchWorks } from '../patch-works.ts';
import { applyMsp } from './apply.ts';
import type { MspDeps } from './deps.ts';
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
