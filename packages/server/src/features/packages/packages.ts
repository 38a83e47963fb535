import {
  canonicalJson,
  correctedReleaseDate,
  draftRefusal,
  Failure,
  type FieldProblem,
  mandatoryOptionProblems,
  type PackageDraft,
  packageDraftProblems,
  packageWarnings,
  refuseRelationCycle,
  withExecutablesNamed,
} from '@tenkai/domain';
import type { Manifest } from '@tenkai/transfer';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Content } from '../content/index.ts';
import { describeChange } from './package-changes.ts';
import {
  advancePackage,
  deletePackage,
  draftOf,
  findPackage,
  findPackageAnyCase,
  findRevision,
  insertPackage,
  insertRevision,
  listNewest,
  replacePlaces,
} from './packages.store.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    /** `isSealed`: a new revision; otherwise the places of the one that there was. */
    'packages.changed': { packageId: string; revision: number; isSealed: boolean };
    'packages.removed': { packageId: string };
  }
}

/** Somebody who needs a package, so that it cannot be deleted. */
export interface PackageUse {
  readonly kind: 'scenario' | 'deployment' | 'package';
  readonly id: string;
  readonly name: string;
}

export interface PackageDeps extends Pick<Kernel, 'db' | 'clock' | 'audit' | 'events'> {
  readonly content: Content;
  readonly usesOf: (packageId: string) => Promise<PackageUse[]>;
}

export interface SavePackage {
  readonly draft: PackageDraft;
  readonly contentId: string | null;
  /** BPKG-09. */
  readonly fix?: boolean;
}

/** Where a package came from, when a person or a program of theirs makes it (DIST-06). */
const originApi = 'api';

/**
 * Makes a package and seals its first revision.
 * @returns cautions that do not forbid saving
 * @throws Failure draft-invalid, already-exists (BPKG-06), not-found (the content)
 */
export async function createPackage(
  deps: PackageDeps,
  actor: Actor,
  save: SavePackage,
  origin = originApi,
): Promise<FieldProblem[]> {
  const { db, clock, audit } = deps;
  const checked = await checkSave(deps, save);
  const { draft, manifest } = checked;
  await db.transaction(async (tx) => {
    await refuseCycle(tx, draft);
    const other = await findPackageAnyCase(tx, draft.id);
    if (other) throw new Failure('already-exists', { what: 'package', id: other.id });
    const now = clock.now();
    await insertPackage(tx, {
      id: draft.id,
      revision: 1,
      origin,
      created_at: now,
      updated_at: now,
    });
    await seal(deps, tx, { actor, draft, manifest, revision: 1, summary: 'made' });
    const details = { revision: 1, contentId: manifest?.contentId ?? null, origin };
    await audit.record(tx, { actor, action: 'packages.created', object: `package:${draft.id}`, details });
  });
  return checked.warnings;
}

/**
 * Seals a new revision. Where nothing differs from the newest one, nothing happens.
 * @throws Failure not-found, changed-meanwhile, draft-invalid
 */
export async function changePackage(
  deps: PackageDeps,
  actor: Actor,
  { id, revision, ...save }: SavePackage & { id: string; revision: number },
): Promise<FieldProblem[]> {
  const { db, clock, audit } = deps;
  await requireRevision(db.read, id, revision);
  const before = await stateOf(deps, id, revision);
  const checked = await checkSave(deps, save, before.draft);
  const { draft, manifest } = checked;
  const after = { draft, manifest };
  const isSame =
    canonicalJson(before.draft) === canonicalJson(draft) &&
    before.manifest?.contentId === manifest?.contentId;
  if (isSame) return checked.warnings;
  const summary = describeChange(before, after);
  await db.transaction(async (tx) => {
    await requireRevision(tx, id, revision);
    await refuseCycle(tx, draft);
    await advancePackage(tx, id, revision + 1, clock.now());
    await seal(deps, tx, { actor, draft, manifest, revision: revision + 1, summary });
    const details = { revision: revision + 1, summary, contentId: manifest?.contentId ?? null };
    await audit.record(tx, { actor, action: 'packages.changed', object: `package:${id}`, details });
  });
  return checked.warnings;
}

/** @throws Failure not-found, in-use */
export async function removePackage(deps: PackageDeps, actor: Actor, id: string) {
  const { db, audit, events, content, usesOf } = deps;
  if (!(await findPackage(db.read, id))) throw new Failure('not-found', { what: 'package', id });
  const uses = await usesOf(id);
  if (uses.length > 0) {
    const by = uses.map((use) => `${use.kind} ${use.name}`).join(', ');
    throw new Failure('in-use', { what: 'package', id, by: by.slice(0, 500) });
  }
  await db.transaction(async (tx) => {
    if (!(await findPackage(tx, id))) throw new Failure('not-found', { what: 'package', id });
    await deletePackage(tx, id);
    await audit.record(tx, { actor, action: 'packages.removed', object: `package:${id}` });
    await events.publish(tx, 'packages.removed', { packageId: id });
    await content.requestPublish(tx);
  });
}

/** Chooses the distribution points of a package (DIST-07). @throws Failure not-found, draft-invalid */
export async function placePackage(deps: PackageDeps, actor: Actor, id: string, pointIds: readonly string[]) {
  const { db, audit, events, content } = deps;
  const wanted = [...new Set(pointIds)];
  const unknown = [];
  for (const pointId of wanted) if (!(await content.hasPoint(pointId))) unknown.push(pointId);
  if (unknown.length > 0) {
    const problems = unknown.map((pointId) => ({
      field: 'pointIds',
      code: 'point-unknown',
      params: { id: pointId },
    }));
    throw draftRefusal('placement', problems);
  }
  await db.transaction(async (tx) => {
    const row = await findPackage(tx, id);
    if (!row) throw new Failure('not-found', { what: 'package', id });
    await replacePlaces(tx, id, wanted);
    await audit.record(tx, {
      actor,
      action: 'packages.placed',
      object: `package:${id}`,
      details: { pointIds: wanted },
    });
    const { revision } = row;
    await events.publish(tx, 'packages.changed', { packageId: id, revision, isSealed: false });
    await content.requestPublish(tx);
  });
}

export interface CheckedDraft {
  readonly draft: PackageDraft;
  readonly manifest: Manifest | null;
  readonly problems: FieldProblem[];
  readonly warnings: FieldProblem[];
}

/** Everything that is wrong with a draft and everything worth a caution; nothing is stored. */
export async function checkDraft(
  { content }: Pick<PackageDeps, 'content'>,
  { draft, contentId, fix }: SavePackage,
): Promise<CheckedDraft> {
  const manifest = contentId === null ? null : await content.manifest(contentId);
  const corrected = fix ? withDateCorrected(draft) : { draft, warnings: [] };
  const files = manifest?.files.map((file) => file.path) ?? [];
  const named = withExecutablesNamed(corrected.draft, files);
  return {
    draft: named,
    manifest,
    problems: packageDraftProblems(named, files),
    warnings: [...corrected.warnings, ...packageWarnings(named, manifest?.files ?? [])],
  };
}

/** @throws Failure draft-invalid, where the package could not be made */
export async function refuseBadPackage(deps: Pick<PackageDeps, 'content'>, save: SavePackage): Promise<void> {
  const { problems } = await checkDraft(deps, save);
  if (problems.length > 0) throw draftRefusal('package', problems);
}

/** Holds the content first: from here until it is sealed nobody may collect it as garbage. */
async function checkSave(deps: PackageDeps, save: SavePackage, sealed?: PackageDraft): Promise<CheckedDraft> {
  const checked = await checkDraft(deps, save);
  const problems = [
    ...(sealed === undefined ? [] : changeProblems(sealed, checked.draft)),
    ...checked.problems,
  ];
  if (problems.length > 0) throw draftRefusal('package', problems);
  if (save.contentId !== null) await deps.content.hold(save.contentId);
  return checked;
}

/** What a package of today forbids its next revision. */
function changeProblems(sealed: PackageDraft, draft: PackageDraft): FieldProblem[] {
  const { id } = sealed;
  return [
    ...(draft.id === id ? [] : [{ field: 'id', code: 'package-id-fixed', params: { id } }]),
    ...mandatoryOptionProblems(sealed, draft),
  ];
}

/** @throws Failure package-relation-cycle with its path */
async function refuseCycle(tx: Tx, draft: PackageDraft) {
  if (!draft.requires && !draft.supersedes) return;
  const drafts = (await listNewest(tx)).map(draftOf);
  refuseRelationCycle(draft, new Map(drafts.map((one) => [one.id, one])));
}

/** The old product corrected in silence; we say what we stored. */
function withDateCorrected(draft: PackageDraft): { draft: PackageDraft; warnings: FieldProblem[] } {
  const given = draft.releaseDate;
  const stored = correctedReleaseDate(given);
  if (stored === undefined || stored === given) return { draft, warnings: [] };
  const warning = { field: 'releaseDate', code: 'release-date-corrected', params: { given, stored } };
  return { draft: { ...draft, releaseDate: stored }, warnings: [warning] };
}

async function requireRevision(read: Reader, id: string, revision: number) {
  const row = await findPackage(read, id);
  if (!row) throw new Failure('not-found', { what: 'package', id });
  if (row.revision !== revision) throw new Failure('changed-meanwhile', { what: 'package', id });
}

async function stateOf({ db, content }: PackageDeps, id: string, revision: number) {
  const row = await findRevision(db.read, id, revision);
  if (!row) throw new Failure('not-found', { what: 'package', id });
  return {
    draft: draftOf(row),
    manifest: row.content_id === null ? null : await content.manifest(row.content_id),
  };
}

interface Seal {
  readonly actor: Actor;
  readonly draft: PackageDraft;
  readonly manifest: Manifest | null;
  readonly revision: number;
  readonly summary: string;
}

async function seal(
  { clock, events, content }: PackageDeps,
  tx: Tx,
  { actor, draft, manifest, revision, summary }: Seal,
) {
  await insertRevision(tx, {
    package_id: draft.id,
    revision,
    draft: canonicalJson(draft),
    content_id: manifest?.contentId ?? null,
    content_bytes: manifest?.totalBytes ?? 0,
    sealed_at: clock.now(),
    sealed_by: actor.name,
    summary,
  });
  await events.publish(tx, 'packages.changed', { packageId: draft.id, revision, isSealed: true });
  await content.requestPublish(tx);
}
