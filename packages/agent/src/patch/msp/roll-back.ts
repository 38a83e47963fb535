import { Failure } from '@tenkai/domain/failure.ts';
import { noteHistory } from '../../assignment/property-history.ts';
import { installedPrograms } from '../programs.ts';
import { type RolledBack, restoreProperties } from '../roll-back.ts';
import { forgetPatch } from '../store.ts';
import type { MspDeps } from './deps.ts';
import { type FoundPatch, findPatches } from './list.ts';

/**
 * Has Windows Installer take the latest patch back, by `msiexec.exe /i PRODUCT MSIPATCHREMOVE=PATCH /qn /norestart`. What
 * it says is not believed: the patch has to be gone from its list before properties and records follow.
 * @throws Failure agent-patch-unknown, agent-patch-not-latest, agent-patch-not-removed
 * Source: AGENT-28, HOTFIX-30.
 */
export async function rollBackMsp(
  deps: MspDeps,
  id: string,
): Promise<RolledBack & { needsRestart: boolean }> {
  const { data, programs: folder, now } = deps;
  const found = (await findPatches(deps, id)).find((one) => one.id === id);
  if (!found) throw new Failure('agent-patch-unknown', { id: id.slice(0, 64) });
  await refuseEarlier(deps, found);
  const before = new Map(installedPrograms(folder).map((one) => [one.name, one.sha256]));
  const needsRestart = await remove(deps, found, id);
  const programs = installedPrograms(folder)
    .filter(({ name }) => found.record?.programs.some((one) => one.name === name) ?? true)
    .map(({ name, sha256 }) => ({ name, act: before.get(name) === sha256 ? 'left' : 'restored' }) as const);
  const properties = found.record ? restoreProperties(data, found.record) : [];
  noteHistory(data, 'rollback', now());
  forgetPatch(data, found.id);
  return { id, programs, properties, needsRestart };
}

/** Each patch brings all programs: an earlier one is not what the machine runs. */
async function refuseEarlier(deps: MspDeps, { id, listed, record }: FoundPatch): Promise<void> {
  const later = (await findPatches(deps)).find((one) => {
    if (one.listed.code === listed.code || one.listed.state !== 'applied') return false;
    return listed.state === 'superseded' || (one.record?.sequence ?? 0) > (record?.sequence ?? 0);
  });
  if (later) throw new Failure('agent-patch-not-latest', { id, later: later.id });
}

/** @returns whether the machine has to restart */
async function remove(deps: MspDeps, { product, listed }: FoundPatch, id: string): Promise<boolean> {
  const status = await deps.run(deps.patches.removalCommand(product, listed.code));
  const isThere = (await findPatches(deps)).some((one) => one.listed.code === listed.code);
  if (isThere) throw new Failure('agent-patch-not-removed', { id, status, product, patch: listed.code });
  return status !== 0;
}
