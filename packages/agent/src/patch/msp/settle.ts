import type { Settled } from '../settle.ts';
import { forgetPatch, readRecords } from '../store.ts';
import type { MspDeps } from './deps.ts';
import { findPatches } from './list.ts';

/** Windows Installer repairs patches itself, and an upgrade gives them up: only what was kept of them is left to go. */
export async function settleMsps(deps: MspDeps): Promise<Settled> {
  // Where Windows does not answer, nothing is known to be gone.
  if (!(await deps.patches.installed())) return { applied: [], repaired: [], forgotten: [], left: [] };
  const found = await findPatches(deps);
  const gone = readRecords(deps.data).filter(({ id }) => !found.some((one) => one.id === id));
  for (const { id } of gone) forgetPatch(deps.data, id);
  return { applied: [], repaired: [], forgotten: gone.map(({ id }) => id), left: [] };
}
