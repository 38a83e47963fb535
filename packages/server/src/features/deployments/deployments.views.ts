import type { DeploymentDraft } from '@tenkai/domain';
import type { DeploymentRow } from '@tenkai/protocol/api/deployments.ts';
import type { Reader } from '../../kernel/database/database.ts';
import { decodeCursor, defaultPageSize, toPage } from '../../kernel/paging.ts';
import { type GroupSummary, groupSummaries } from './groups/groups.store.ts';
import { viewDelivery } from './groups/groups.views.ts';
import { reviewsOf } from './reviews/reviews.store.ts';
import type { DeploymentsTable } from './tables.ts';

type Row = Omit<DeploymentsTable, 'subject'> & { collection_name: string | null };

const select = `SELECT d.id, d.name, d.draft, d.subject_name, d.collection_id, d.status, d.occurrence, d.created_at,
    d.created_by, d.owner, d.next_start_at, d.started_at, d.finished_at, c.name AS collection_name
  FROM deployments_deployments d LEFT JOIN collections c ON c.id = d.collection_id`;

/** The collections that a caller may see; null: all. */
export type Scope = readonly string[] | null;

function inScope(scope: Scope): { sql: string; params: string[] } {
  if (scope === null) return { sql: '1 = 1', params: [] };
  if (scope.length === 0) return { sql: '1 = 0', params: [] };
  return { sql: `d.collection_id IN (${scope.map(() => '?').join(', ')})`, params: [...scope] };
}

const needsReview = 'EXISTS (SELECT 1 FROM deployments_reviews v WHERE v.deployment_id = d.id)';

/** Newest first. */
export async function listDeployments(
  read: Reader,
  query: { cursor?: string; limit?: number; status?: string; needsReview?: boolean },
  scope: Scope,
  siteLimit: number,
) {
  const limit = query.limit ?? defaultPageSize;
  const [before] = decodeCursor<[string]>(query.cursor, ['string']) ?? ['~'];
  const allowed = inScope(scope);
  const status =
    query.status === undefined
      ? { sql: '1 = 1', params: [] }
      : { sql: 'd.status = ?', params: [query.status] };
  const review = query.needsReview ? needsReview : '1 = 1';
  const where = `${allowed.sql} AND ${status.sql} AND ${review}`;
  const params = [...allowed.params, ...status.params];
  const rows = await read.all<Row>(`${select} WHERE ${where} AND d.id < ? ORDER BY d.id DESC LIMIT ?`, [
    ...params,
    before,
    limit + 1,
  ]);
  const total = await read.one<{ n: number }>(
    `SELECT count(*) AS n FROM deployments_deployments d WHERE ${where}`,
    params,
  );
  const facts = await factsOf(read, rows, siteLimit);
  const item = (row: Row) => toDeploymentRow(row, facts);
  return { ...toPage(rows, limit, { item, key: (row) => [row.id] }), total: total?.n ?? 0 };
}

export async function getDeployment(
  read: Reader,
  id: string,
  scope: Scope,
  siteLimit: number,
): Promise<DeploymentRow | undefined> {
  const allowed = inScope(scope);
  const row = await read.one<Row>(`${select} WHERE d.id = ? AND ${allowed.sql}`, [id, ...allowed.params]);
  return row && toDeploymentRow(row, await factsOf(read, [row], siteLimit));
}

/** What is looked up once for all rows of a page. */
interface Facts {
  readonly counts: Map<string, Counts>;
  readonly groups: Map<string, GroupSummary>;
  readonly reviews: Map<string, DeploymentRow['reviews']>;
  readonly siteLimit: number;
}

async function factsOf(read: Reader, rows: readonly Row[], siteLimit: number): Promise<Facts> {
  const ids = rows.map(({ id }) => id);
  const [groups, reviews] = [await groupSummaries(read, ids), await reviewsOf(read, ids)];
  return { counts: await countsOf(read, rows), groups, reviews, siteLimit };
}

type Counts = DeploymentRow['counts'];

/** Of the latest occurrence: what a bar of states shows. */
async function countsOf(read: Reader, rows: readonly Pick<Row, 'id'>[]): Promise<Map<string, Counts>> {
  const found = new Map<string, Counts>();
  if (rows.length === 0) return found;
  const counted = await read.all<{ deployment_id: string; status: keyof Counts; n: number }>(
    `SELECT r.deployment_id, r.status, count(*) AS n FROM deployments_runs r
     JOIN deployments_deployments d ON d.id = r.deployment_id AND d.occurrence = r.occurrence
     WHERE r.deployment_id IN (${rows.map(() => '?').join(', ')}) GROUP BY r.deployment_id, r.status`,
    rows.map((row) => row.id),
  );
  for (const { deployment_id, status, n } of counted) {
    const counts = found.get(deployment_id) ?? noCounts();
    counts[status] = n;
    found.set(deployment_id, counts);
  }
  return found;
}

function noCounts(): Counts {
  return {
    planned: 0,
    waiting: 0,
    delivering: 0,
    executing: 0,
    restarting: 0,
    verifying: 0,
    succeeded: 0,
    failed: 0,
    'not-applicable': 0,
    cancelled: 0,
  };
}

function toDeploymentRow(row: Row, { counts: all, groups, reviews, siteLimit }: Facts): DeploymentRow {
  const draft = JSON.parse(row.draft) as DeploymentDraft;
  const counts = all.get(row.id) ?? noCounts();
  return {
    id: row.id,
    draft,
    name: row.name,
    subjectName: row.subject_name,
    collectionName: row.collection_name ?? row.collection_id,
    status: row.status,
    createdAt: row.created_at,
    createdBy: row.created_by,
    owner: row.owner,
    nextStartAt: row.next_start_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    targetCount: Object.values(counts).reduce((sum, n) => sum + n, 0),
    counts,
    reviews: reviews.get(row.id) ?? [],
    ...viewDelivery(draft, groups.get(row.id), siteLimit),
  };
}
