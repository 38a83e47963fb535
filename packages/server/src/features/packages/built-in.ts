import { builtInPackages, canonicalJson } from '@tenkai/domain';
import { systemActor } from '../../kernel/audit/audit.ts';
import { draftOf, findPackage, findRevision } from './packages.store.ts';
import { changePackage, createPackage, type PackageDeps } from './packages.ts';

const origin = 'built-in';

/**
 * Makes the packages that every site has, where they are not there (IDENT-18); a newer server seals a new revision of
 * one, unless somebody has changed it since: then it is theirs. A package of that name from elsewhere stays as it is.
 */
export async function addBuiltInPackages(deps: PackageDeps): Promise<void> {
  const { read } = deps.db;
  for (const draft of builtInPackages) {
    const save = { draft, contentId: null };
    const row = await findPackage(read, draft.id);
    if (!row) await createPackage(deps, systemActor, save, origin);
    if (row?.origin !== origin) continue;
    const newest = await findRevision(read, draft.id, row.revision);
    const isOurs = newest?.sealed_by === systemActor.name;
    if (!newest || !isOurs || canonicalJson(draftOf(newest)) === canonicalJson(draft)) continue;
    await changePackage(deps, systemActor, { ...save, id: draft.id, revision: row.revision });
  }
}
