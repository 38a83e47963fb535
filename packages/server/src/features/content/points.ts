import { resolve } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { draftRefusal } from '@tenkai/domain/field-problem.ts';
import type { DistributionPointDraft } from '@tenkai/protocol/api/distribution-points.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import { newId } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { PointRow } from './content.store.ts';
import './content.failures.ts';
import { sitePointId } from './copy-plan.ts';
import { folderProblem, refuseBadPoint } from './point-problems.ts';
import {
  deletePoint,
  findPoint,
  findPointByFolder,
  findPointByName,
  forgetCopies,
  insertPoint,
  updatePoint,
} from './points.store.ts';
import { reconcileJob } from './reconcile.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    'content.points-changed': { pointId: string };
  }
}

type Deps = Pick<Kernel, 'dataDir' | 'db' | 'clock' | 'audit' | 'events' | 'jobs'>;
type Tx = Parameters<Parameters<Kernel['db']['transaction']>[0]>[0];

/** The site's own server is a distribution point from the start, and the last choice. */
export async function ensureSitePoint({ db, clock }: Deps) {
  await db.transaction(async (tx) => {
    if (await findPoint(tx, sitePointId)) return;
    const draft: DistributionPointDraft = {
      name: 'Site server',
      baseUrl: '/content',
      folder: null,
      isEnabled: true,
      takesAll: true,
      hasFileView: false,
      preference: 1000,
    };
    await insertPoint(tx, {
      ...toRow(draft),
      id: sitePointId,
      is_built_in: 1,
      revision: 1,
      created_at: clock.now(),
    });
  });
}

/** @throws Failure draft-invalid, already-exists */
export async function addPoint(deps: Deps, actor: Actor, draft: DistributionPointDraft): Promise<string> {
  await refuseBadPoint(deps.dataDir, draft, undefined);
  const row = {
    ...toRow(draft),
    id: newId(deps.clock.now()),
    is_built_in: 0,
    revision: 1,
    created_at: deps.clock.now(),
  };
  await deps.db.transaction(async (tx) => {
    await refuseClash(tx, row);
    await insertPoint(tx, row);
    await finish(deps, tx, { actor, row, action: 'content.point-added', details: { ...draft } });
  });
  return row.id;
}

/** @throws Failure draft-invalid, already-exists, not-found, changed-meanwhile */
export async function changePoint(
  deps: Deps,
  actor: Actor,
  { id, revision, draft }: { id: string; revision: number; draft: DistributionPointDraft },
) {
  await refuseBadPoint(deps.dataDir, draft, await findPoint(deps.db.read, id));
  await deps.db.transaction(async (tx) => {
    const before = await found(tx, id);
    if (before.revision !== revision)
      throw new Failure('changed-meanwhile', { what: 'distribution point', id });
    const row: PointRow = { ...before, ...toRow(draft), revision: revision + 1 };
    await refuseClash(tx, row);
    await updatePoint(tx, row);
    if (row.base_url !== before.base_url || row.folder !== before.folder) await forgetCopies(tx, id);
    await finish(deps, tx, {
      actor,
      row,
      action: 'content.point-changed',
      details: { from: toDraft(before), to: draft },
    });
  });
}

/** @throws Failure not-found, point-built-in */
export async function removePoint(deps: Deps, actor: Actor, id: string) {
  await deps.db.transaction(async (tx) => {
    const row = await found(tx, id);
    if (row.is_built_in) throw new Failure('point-built-in');
    await deletePoint(tx, id);
    await finish(deps, tx, { actor, row, action: 'content.point-removed', details: { ...toDraft(row) } });
  });
}

interface Finish {
  readonly actor: Actor;
  readonly row: PointRow;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

async function finish({ audit, events, jobs }: Deps, tx: Tx, { actor, row, action, details }: Finish) {
  await audit.record(tx, { actor, action, object: `distribution-point:${row.id}`, details });
  await events.publish(tx, 'content.points-changed', { pointId: row.id });
  await jobs.enqueue(tx, reconcileJob);
}

async function found(tx: Tx, id: string): Promise<PointRow> {
  const row = await findPoint(tx, id);
  if (!row) throw new Failure('not-found', { what: 'distribution point', id });
  return row;
}

async function refuseClash(tx: Tx, row: Pick<PointRow, 'id' | 'name' | 'name_key' | 'folder'>) {
  const namesake = await findPointByName(tx, row.name_key);
  if (namesake && namesake.id !== row.id)
    throw new Failure('already-exists', { what: 'distribution point', id: row.name });
  const neighbour = row.folder === null ? undefined : await findPointByFolder(tx, row.folder);
  // Each takes back what it does not need: two in one folder would delete each other's content.
  if (neighbour && neighbour.id !== row.id)
    throw draftRefusal('distribution point', [folderProblem(row.folder ?? '', `${neighbour.name} uses it`)]);
}

function toRow(draft: DistributionPointDraft) {
  return {
    name: draft.name,
    name_key: draft.name.normalize('NFKC').toLowerCase(),
    base_url: draft.baseUrl.replace(/\/+$/, ''),
    folder: draft.folder === null ? null : resolve(draft.folder),
    is_enabled: Number(draft.isEnabled),
    takes_all: Number(draft.takesAll),
    has_file_view: Number(draft.hasFileView),
    preference: draft.preference,
  };
}

/** A row as the API shows it. */
export function toDraft(row: PointRow): DistributionPointDraft {
  return {
    name: row.name,
    baseUrl: row.base_url,
    folder: row.folder,
    isEnabled: row.is_enabled === 1,
    takesAll: row.takes_all === 1,
    hasFileView: row.has_file_view === 1,
    preference: row.preference,
  };
}
