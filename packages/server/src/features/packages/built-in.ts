import { builtInPackages, canonicalJson, Failure, type PackageDraft } from '@tenkai/domain';
import { systemActor } from '../../kernel/audit/audit.ts';
import { draftOf, findPackage, findRevision, listRevisions, type RevisionRow } from './packages.store.ts';
import { changePackage, createPackage, type PackageDeps, type SavePackage } from './packages.ts';
import './save-from-elsewhere.ts';

const origin = 'built-in';

/**
 * Makes a package that the site itself brings and that follows the server, or seals its next revision. What an
 * administrator has chosen about it stays: urgency, condition, relations, hooks.
 * @throws Failure package-of-other-origin, draft-invalid, not-found (the content)
 */
export async function saveOwnPackage(deps: PackageDeps, save: SavePackage): Promise<void> {
  const { read } = deps.db;
  const { draft, contentId } = save;
  const row = await findPackage(read, draft.id);
  if (!row) return void (await createPackage(deps, systemActor, save, origin));
  if (row.origin !== origin)
    throw new Failure('package-of-other-origin', { id: draft.id, origin: row.origin });
  const kept = withChoices(draft, await listRevisions(read, draft.id));
  const next = { draft: kept, contentId, id: draft.id, revision: row.revision };
  await changePackage(deps, systemActor, next);
}

/** @param revisions newest first */
function withChoices(draft: PackageDraft, revisions: readonly RevisionRow[]): PackageDraft {
  const [newest] = revisions;
  if (!newest) return draft;
  const { urgency, before, after, condition, requires, supersedes } = draftOf(newest);
  const isChosen = !ownConditions(revisions).has(canonicalJson(condition));
  return {
    ...draft,
    ...{ urgency, before, after },
    ...(isChosen && { condition }),
    ...(requires && { requires }),
    ...(supersedes && { supersedes }),
  };
}

/** The conditions that the server itself brought: its revisions also carry on what somebody else chose before them. */
function ownConditions(revisions: readonly RevisionRow[]): ReadonlySet<string> {
  const conditions = revisions.map((row) => canonicalJson(draftOf(row).condition));
  const isOwn = (at: number) =>
    revisions[at]?.sealed_by === systemActor.name && conditions[at] !== conditions[at + 1];
  return new Set(conditions.filter((_, at) => isOwn(at)));
}

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
