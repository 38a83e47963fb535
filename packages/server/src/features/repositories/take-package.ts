import { canonicalJson, Failure, PackageDraft } from '@tenkai/domain';
import {
  type ChunkWant,
  MANIFEST_LIMIT_BYTES,
  type Manifest,
  manifestPath,
  parseSignedManifest,
} from '@tenkai/transfer';
import {
  DESCRIPTION_LIMIT_BYTES,
  descriptionPath,
  type RepositoryEntry,
  type RepositorySource,
  readDescription,
} from '@tenkai/transfer/repository/index.ts';
import * as Value from 'typebox/value';
import { systemActor } from '../../kernel/audit/audit.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Content } from '../content/index.ts';
import type { Packages } from '../packages/index.ts';
import type { Status } from '../status/index.ts';
import { gated } from './gate.ts';
import { toPullError } from './pull-error.ts';
import { type Approval, registerPulled } from './register-pulled.ts';
import './repositories.failures.ts';
import {
  findPulled,
  gateOf,
  originOf,
  type PulledRow,
  type RepositoryTableRow,
  savePulled,
} from './repositories.store.ts';

export interface TakeDeps extends Pick<Kernel, 'db' | 'clock' | 'audit' | 'events' | 'log'> {
  readonly content: Content;
  readonly packages: Packages;
  readonly status: Status;
}

export interface Take extends TakeDeps {
  readonly row: RepositoryTableRow;
  readonly source: RepositorySource;
  readonly signal: AbortSignal;
}

/**
 * Brings one package here, verified to the last byte, and then registers it or holds it. Chunks that came are kept, so
 * that whatever breaks, the next pull goes on (BAUT-22).
 * @returns null where it was taken, else why not
 */
export async function takePackage(take: Take, pulled: PulledRow, entry: RepositoryEntry): Promise<unknown> {
  try {
    if (entry.revision < pulled.offered) {
      const { revision: offered, id } = entry;
      throw new Failure('repository-package-older', { id, offered, known: pulled.offered });
    }
    const draft = await readDraft(take, entry);
    await refuseForeign(take, entry.id);
    if (entry.contentId !== null) await fetchContent(take, entry);
    await take.packages.refuseBad({ draft, contentId: entry.contentId });
    await decide(take, { ...pulled, draft: canonicalJson(draft) }, draft);
    return null;
  } catch (error) {
    take.signal.throwIfAborted();
    await refuse(take, pulled, error);
    return error;
  }
}

/** @throws Failure repository-file-wrong, repository-invalid, repository-package-newer */
async function readDraft({ source }: Take, entry: RepositoryEntry): Promise<PackageDraft> {
  const bytes = await source.read(descriptionPath(entry), DESCRIPTION_LIMIT_BYTES);
  const draft = readDescription(bytes, entry);
  const known = Value.Clean(PackageDraft, structuredClone(draft));
  // A field that we would drop in silence may be the one that keeps the package from the wrong machines.
  if (!Value.Check(PackageDraft, draft) || canonicalJson(known) !== canonicalJson(draft))
    throw new Failure('repository-package-newer', { id: entry.id });
  return draft;
}

/** Said before gigabytes are fetched in vain. @throws Failure package-of-other-origin */
async function refuseForeign({ packages, row }: Take, id: string) {
  const ours = await packages.standing(id);
  if (ours && ours.origin !== originOf(row))
    throw new Failure('package-of-other-origin', { id, origin: ours.origin });
}

/** @throws Failure repository-*, content-*, disk-full */
async function fetchContent({ source, content }: Take, entry: RepositoryEntry): Promise<void> {
  const { contentId } = entry;
  if (contentId === null || (await content.holdIfHere(contentId))) return;
  const bytes = await source.read(manifestPath(contentId), MANIFEST_LIMIT_BYTES);
  const { manifest } = parseSignedManifest(bytes, { contentId });
  if (manifest.totalBytes !== entry.contentBytes)
    throw new Failure('repository-file-wrong', { path: manifestPath(contentId) });
  const wants = wantsOf(manifest);
  const missing = new Set(await content.missing(wants.keys()));
  const wanted = [...wants.values()].filter(({ sha256 }) => missing.has(sha256));
  await source.chunks(wanted, ({ sha256 }, chunk) => content.putChunk(sha256, chunk));
  await content.register(systemActor, manifest);
}

function wantsOf({ files }: Manifest): Map<string, ChunkWant> {
  return new Map(
    files.flatMap((file) =>
      file.chunks.map((chunk, index) => [chunk.sha256, { ...chunk, path: file.path, chunk: index }] as const),
    ),
  );
}

async function decide(take: Take, pulled: PulledRow, draft: PackageDraft): Promise<void> {
  const { row } = take;
  const gate = gateOf(row);
  const approval = pulled.approved === null ? undefined : (JSON.parse(pulled.approved) as Approval);
  const isApproved = approval?.offered === pulled.offered;
  const waitsFor = isApproved ? null : await whatFor(take, pulled, gated(draft, gate));
  if (waitsFor !== null) return wait(take, { ...pulled, state: 'waiting', waits_for: waitsFor, error: null });
  await registerPulled({ ...take, actor: isApproved ? approval.by : systemActor }, pulled, {
    ...gated(draft, gate),
    ...(isApproved && approval.urgency ? { urgency: approval.urgency } : {}),
  });
}

/** Held by the gate; or an administrator has changed the package here, which must not be undone in silence. */
async function whatFor({ row, packages }: Take, pulled: PulledRow, draft: PackageDraft) {
  const ours = await packages.standing(pulled.package_id);
  const newest = ours && (await packages.sealedPackage(pulled.package_id));
  if (newest) {
    const { revision: _1, contentId, contentBytes: _2, ...sealed } = newest;
    if (canonicalJson(sealed) === canonicalJson(draft) && contentId === pulled.content_id) return null;
    const isChangedHere = pulled.registered_revision !== null && pulled.registered_revision !== ours.revision;
    if (isChangedHere) return 'changed-here';
  }
  return gateOf(row).kind === 'hold' ? 'gate' : null;
}

async function wait({ db, clock, events, status, row }: Take, pulled: PulledRow) {
  await db.transaction(async (tx) => {
    if (!(await isCurrent(tx, pulled))) return;
    await savePulled(tx, { ...pulled, updated_at: clock.now() });
    await status.append(tx, {
      severity: 'info',
      component: 'repositories',
      code: 'repository.waiting',
      objects: [
        { kind: 'repository', id: row.id },
        { kind: 'package', id: pulled.package_id },
      ],
      params: { packageId: pulled.package_id, name: row.name },
    });
    await events.publish(tx, 'repositories.changed', { repositoryId: row.id });
  });
}

async function refuse({ db, clock, events, status, row, log }: Take, pulled: PulledRow, error: unknown) {
  const problem = toPullError(error);
  const { package_id: packageId } = pulled;
  log.warn({ err: error, repository: row.name, packageId }, 'a package was not taken');
  const isPassing = ['repository-unreachable', 'content-unreachable', 'disk-full'].includes(problem.code);
  await db.transaction(async (tx) => {
    if (!(await isCurrent(tx, pulled))) return;
    const state = isPassing ? 'fetching' : 'refused';
    await savePulled(tx, { ...pulled, state, error: JSON.stringify(problem), updated_at: clock.now() });
    await events.publish(tx, 'repositories.changed', { repositoryId: row.id });
    const before = pulled.error === null ? undefined : JSON.parse(pulled.error);
    if (isPassing || before?.message === problem.message) return;
    await status.append(tx, {
      severity: 'error',
      component: 'repositories',
      code: 'repository.refused',
      objects: [{ kind: 'repository', id: row.id }],
      params: { packageId, name: row.name, reason: problem.message },
    });
  });
}

/** Nothing is written about a repository that was removed, or an offer that was replaced, meanwhile. */
export async function isCurrent(tx: Parameters<typeof findPulled>[0], pulled: PulledRow): Promise<boolean> {
  const now = await findPulled(tx, pulled.repository_id, pulled.package_id);
  return now?.offered === pulled.offered && now.description === pulled.description;
}
