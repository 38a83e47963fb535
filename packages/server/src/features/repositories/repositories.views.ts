import type { PackageDraft } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import type {
  PullError,
  PulledPackage,
  RepositoryDetail,
  RepositoryRow,
} from '@tenkai/protocol/api/repositories.ts';
import type { Reader } from '../../kernel/database/database.ts';
import {
  countStates,
  findPulled,
  gateOf,
  listPulled,
  listRepositories,
  type PulledRow,
  type RepositoryTableRow,
  scheduleOf,
} from './repositories.store.ts';

interface Deps {
  readonly read: Reader;
  readonly isPulling: (id: string) => boolean;
}

export async function repositoryRows({ read, isPulling }: Deps): Promise<RepositoryRow[]> {
  const counts = await countStates(read);
  return (await listRepositories(read)).map((row) => {
    const own = counts.filter((count) => count.repository_id === row.id);
    const of = (state: string) => Number(own.find((count) => count.state === state)?.packages ?? 0);
    return {
      ...toRow(row, isPulling(row.id)),
      packageCount: own.reduce((sum, count) => sum + Number(count.packages), 0),
      waitingCount: of('waiting'),
      refusedCount: of('refused'),
    };
  });
}

/** @throws Failure not-found */
export async function repositoryRow(deps: Deps, id: string): Promise<RepositoryRow> {
  const row = (await repositoryRows(deps)).find((candidate) => candidate.id === id);
  if (!row) throw new Failure('not-found', { what: 'repository', id });
  return row;
}

/** @throws Failure not-found */
export async function repositoryDetail(deps: Deps, id: string): Promise<RepositoryDetail> {
  const row = await repositoryRow(deps, id);
  return { ...row, packages: (await listPulled(deps.read, id)).map(toPulled) };
}

/** @throws Failure not-found */
export async function decided(read: Reader, id: string, packageId: string) {
  const pulled = await findPulled(read, id, packageId);
  if (!pulled) throw new Failure('not-found', { what: 'package', id: packageId });
  const { state, registered_revision: registeredRevision } = pulled;
  return { packageId, state, registeredRevision };
}

function toRow(row: RepositoryTableRow, isPulling: boolean) {
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    fingerprint: row.fingerprint,
    ca: row.ca,
    schedule: scheduleOf(row),
    gate: gateOf(row),
    isEnabled: row.is_enabled === 1,
    revision: row.revision,
    indexVersion: row.index_version,
    expiresAt: row.expires_at,
    isPulling,
    pulledAt: row.pulled_at,
    triedAt: row.tried_at,
    nextPullAt: row.next_pull_at,
    error: parsed<PullError>(row.error),
  };
}

function toPulled(row: PulledRow): PulledPackage {
  return {
    packageId: row.package_id,
    offered: row.offered,
    state: row.state,
    draft: parsed<PackageDraft>(row.draft),
    contentBytes: row.content_bytes,
    waitsFor: row.waits_for,
    error: parsed<PullError>(row.error),
    registeredRevision: row.registered_revision,
    isWithdrawn: row.is_withdrawn === 1,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    updatedAt: row.updated_at,
  };
}

function parsed<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}
