import { displayName, Failure, operatingSystems, type PackageDraft, targetSystemNames } from '@tenkai/domain';
import type { PackageDetail, PackageRow } from '@tenkai/protocol/api/packages.ts';
import type { Manifest, ManifestFile } from '@tenkai/transfer';
import type { Reader } from '../../kernel/database/database.ts';
import type { Content } from '../content/index.ts';
import {
  draftOf,
  findPackage,
  findRevision,
  listNewest,
  listRevisions,
  type PackageTableRow,
  placesOf,
  type RevisionRow,
} from './packages.store.ts';
import type { PackageUse } from './packages.ts';

interface Deps {
  readonly read: Reader;
  readonly content: Content;
  readonly usesOf: (packageId: string) => Promise<PackageUse[]>;
}

/** Packages whose ID, display name, summary, type or operating systems hold every word of the search (BSCN-03). */
export async function packageRows(
  read: Reader,
  { search, type }: { search?: string; type?: string },
): Promise<PackageRow[]> {
  const words = fold(search ?? '')
    .split(/\s+/)
    .filter((word) => word !== '');
  return (await listNewest(read)).flatMap((row) => {
    const draft = draftOf(row);
    if (type !== undefined && draft.type !== type) return [];
    const text = fold(searchText(row.id, draft));
    return words.every((word) => text.includes(word)) ? [toRow(row, row)] : [];
  });
}

function searchText(id: string, draft: PackageDraft): string {
  const { summary, advisoryId, type, targets } = draft;
  const systems = targets.map(({ operatingSystem }) => operatingSystem);
  return [id, displayName(draft), summary, advisoryId, type, ...systems, ...systemNames(draft)].join(' ');
}

function systemNames({ targets }: Pick<PackageDraft, 'targets'>): string[] {
  return targetSystemNames(operatingSystems, targets);
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** @throws Failure not-found */
export async function packageRow(read: Reader, id: string): Promise<PackageRow> {
  const row = await requirePackage(read, id);
  return toRow(row, await requireNewest(read, row));
}

/** @throws Failure not-found */
export async function packageDetail({ read, content, usesOf }: Deps, id: string): Promise<PackageDetail> {
  const row = await requirePackage(read, id);
  const newest = await requireNewest(read, row);
  const revisions = await listRevisions(read, id);
  const manifest = newest.content_id === null ? null : await content.manifest(newest.content_id);
  const olderIds = revisions.flatMap(({ content_id }) => (content_id === null ? [] : [content_id]));
  const pointIds = await placesOf(read, id);
  return {
    ...toRow(row, newest),
    draft: draftOf(newest),
    ...filesOf(manifest, manifest === null ? new Map() : await content.fileTimes(manifest.contentId)),
    changes: revisions.map(toChange),
    usedBy: (await usesOf(id)).map((use) => ({ id: use.id, name: use.name })),
    places:
      newest.content_id === null
        ? []
        : await content.places({ contentId: newest.content_id, olderIds, pointIds }),
  };
}

async function requirePackage(read: Reader, id: string): Promise<PackageTableRow> {
  const row = await findPackage(read, id);
  if (!row) throw new Failure('not-found', { what: 'package', id });
  return row;
}

async function requireNewest(read: Reader, { id, revision }: PackageTableRow): Promise<RevisionRow> {
  const row = await findRevision(read, id, revision);
  if (!row) throw new Failure('not-found', { what: 'package', id });
  return row;
}

function toRow(
  row: PackageTableRow,
  newest: Pick<RevisionRow, 'draft' | 'content_id' | 'content_bytes'>,
): PackageRow {
  const draft = draftOf(newest);
  return {
    id: row.id,
    displayName: displayName(draft),
    name: draft.name,
    publisher: draft.publisher,
    version: draft.version,
    type: draft.type,
    urgency: draft.urgency,
    operatingSystems: systemNames(draft),
    revision: row.revision,
    contentBytes: newest.content_bytes,
    contentId: newest.content_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    origin: row.origin,
  };
}

function toChange({ revision, sealed_at, sealed_by, summary }: RevisionRow) {
  return { revision, at: sealed_at, by: sealed_by, summary };
}

function filesOf(
  manifest: Manifest | null,
  times: ReadonlyMap<string, number>,
): Pick<PackageDetail, 'folders' | 'files'> {
  const files = manifest?.files ?? [];
  return {
    folders: [...new Set(files.map(({ path }) => path.split('/')[0] ?? ''))],
    files: files.map((file) => ({ ...toFile(file), modifiedAt: times.get(file.path) ?? null })),
  };
}

/** The hash of the whole file is known where it is one chunk. */
function toFile({ path, sizeBytes, chunks }: ManifestFile) {
  return { path, sizeBytes, sha256: chunks.length === 1 ? (chunks[0]?.sha256 ?? null) : null };
}
