import { defineFailures, Failure } from '@tenkai/domain/failure.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import { findPackage } from './packages.store.ts';
import { changePackage, createPackage, type PackageDeps, type SavePackage } from './packages.ts';

export const originFailures = defineFailures({
  'package-of-other-origin': {
    kind: 'conflict',
    message: 'There is a package {id} already, and it did not come from there but from {origin}.',
    remedy: 'Delete that package here, or have the publisher choose another ID.',
  },
});

/** @throws Failure package-of-other-origin, draft-invalid, already-exists, changed-meanwhile, not-found */
export async function saveFromElsewhere(
  deps: PackageDeps,
  actor: Actor,
  { origin, ...save }: SavePackage & { origin: string },
): Promise<{ revision: number }> {
  const { id } = save.draft;
  const before = await findPackage(deps.db.read, id);
  if (before && before.origin !== origin)
    throw new Failure('package-of-other-origin', { id, origin: before.origin });
  if (before) await changePackage(deps, actor, { ...save, id, revision: before.revision });
  else await createPackage(deps, actor, save, origin);
  return { revision: (await findPackage(deps.db.read, id))?.revision ?? 1 };
}
