import {
  INDEX_LIMIT_BYTES,
  indexPath,
  openRepositorySource,
  type RepositoryEntry,
  type RepositoryIndex,
  type RepositorySource,
  trustIndex,
} from '@tenkai/transfer/repository/index.ts';
import type { Tx } from '../../kernel/database/database.ts';
import type { Status } from '../status/index.ts';
import { nextPull } from './gate.ts';
import { isUnreachable, toPullError } from './pull-error.ts';
import {
  findRepository,
  listPulled,
  type PulledRow,
  type RepositoryTableRow,
  savePulled,
  scheduleOf,
  updateRepository,
} from './repositories.store.ts';
import { pullJob, type RepositoryDeps } from './repositories.ts';
import { type TakeDeps, takePackage } from './take-package.ts';

export interface PullDeps extends RepositoryDeps, TakeDeps {
  readonly status: Status;
  /** How long nothing at all may arrive before a pull ends; the next one goes on. */
  readonly giveUpAfterMs: number;
}

/**
 * The job: pulls where it is time, and asks for its next turn. What goes wrong is written down, not thrown.
 * @throws the signal's reason, when the server stops; the job then runs again
 */
export async function pullWhenDue(deps: PullDeps, id: string, signal: AbortSignal): Promise<void> {
  const row = await findRepository(deps.db.read, id);
  if (!row || row.is_enabled === 0 || row.next_pull_at === null) return;
  if (row.next_pull_at <= deps.clock.now()) await pull(deps, row, signal);
  await deps.db.transaction(async (tx) => {
    const now = await findRepository(tx, id);
    if (now && now.next_pull_at !== null)
      await deps.jobs.enqueue(tx, { kind: pullJob, key: id, payload: { id }, runAt: now.next_pull_at });
  });
}

async function pull(deps: PullDeps, row: RepositoryTableRow, signal: AbortSignal): Promise<void> {
  const { giveUpAfterMs } = deps;
  const ca = row.ca === null ? {} : { ca: row.ca };
  try {
    const source = openRepositorySource({ url: row.url, ...ca, giveUpAfterMs, signal });
    const changed = await pullFrom(deps, row, source, signal);
    await end(deps, row, { error: null, changed });
  } catch (error) {
    signal.throwIfAborted();
    deps.log.warn({ err: error, repository: row.name }, 'a repository was not pulled');
    await end(deps, row, { error, changed: 0 });
  }
}

/** @returns how many packages are new or changed */
async function pullFrom(
  deps: PullDeps,
  row: RepositoryTableRow,
  source: RepositorySource,
  signal: AbortSignal,
): Promise<number> {
  const text = await source.read(indexPath, INDEX_LIMIT_BYTES);
  const { fingerprint, index_version: version, index_digest: digest } = row;
  const seen = version === null || digest === null ? null : { version, digest };
  const trusted = trustIndex(text, { fingerprint, seen, now: deps.clock.now() });
  await rememberIndex(deps, row, trusted);
  let changed = 0;
  let lastFailed: unknown;
  for (const pulled of await listPulled(deps.db.read, row.id)) {
    signal.throwIfAborted();
    const entry = trusted.index.packages.find(({ id }) => id === pulled.package_id);
    if (!entry || !isDue(pulled)) continue;
    const error = await takePackage({ ...deps, row, source, signal }, pulled, entry);
    if (error === null) changed++;
    const hasNothingCome = error !== null && isUnreachable(toPullError(error));
    if (hasNothingCome && lastFailed) throw error;
    lastFailed = hasNothingCome ? error : undefined;
  }
  if (lastFailed) throw lastFailed;
  return changed;
}

/** A package that was refused is looked at again: what stood in its way may be gone. */
function isDue({ state }: PulledRow): boolean {
  return state === 'fetching' || state === 'refused';
}

/** Before anything that it names is fetched: from here on nothing older is believed, whatever happens next. */
async function rememberIndex(
  { db, clock }: PullDeps,
  row: RepositoryTableRow,
  { index, seen }: ReturnType<typeof trustIndex>,
) {
  await db.transaction(async (tx) => {
    const current = await findRepository(tx, row.id);
    if (current?.fingerprint !== row.fingerprint) return;
    await updateRepository(tx, row.id, {
      index_version: seen.version,
      index_digest: seen.digest,
      expires_at: index.expiresAt,
    });
    await noteOffers(tx, row, index, clock.now());
  });
}

async function noteOffers(tx: Tx, row: RepositoryTableRow, index: RepositoryIndex, now: number) {
  const before = new Map((await listPulled(tx, row.id)).map((pulled) => [pulled.package_id, pulled]));
  for (const entry of index.packages) {
    const known = before.get(entry.id);
    before.delete(entry.id);
    const next = offered(row, known, entry, now);
    if (next) await savePulled(tx, next);
  }
  for (const gone of before.values()) {
    if (gone.is_withdrawn === 0) await savePulled(tx, { ...gone, is_withdrawn: 1, updated_at: now });
  }
}

/** The row of a package that is offered for the first time, or in another state than before. */
function offered(
  row: RepositoryTableRow,
  known: PulledRow | undefined,
  entry: RepositoryEntry,
  now: number,
): PulledRow | undefined {
  if (known && known.offered === entry.revision && known.description === entry.description) {
    return known.is_withdrawn === 0 ? undefined : { ...known, is_withdrawn: 0, updated_at: now };
  }
  // Nothing is replaced by something older: the row keeps what was taken, and says so.
  if (known && entry.revision < known.offered) {
    return known.state === 'refused'
      ? undefined
      : { ...known, state: 'refused', error: null, updated_at: now };
  }
  return {
    repository_id: row.id,
    package_id: entry.id,
    offered: entry.revision,
    description: entry.description,
    content_id: entry.contentId,
    content_bytes: entry.contentBytes,
    draft: null,
    state: 'fetching',
    waits_for: null,
    error: null,
    approved: null,
    registered_revision: known?.registered_revision ?? null,
    is_withdrawn: 0,
    decided_by: null,
    decided_at: null,
    updated_at: now,
  };
}

async function end(
  { db, clock, events, status }: PullDeps,
  row: RepositoryTableRow,
  { error, changed }: { error: unknown; changed: number },
) {
  const now = clock.now();
  const problem = error === null ? null : toPullError(error);
  await db.transaction(async (tx) => {
    const current = await findRepository(tx, row.id);
    // Changed or removed meanwhile: the new settings have a turn of their own.
    if (!current || current.revision !== row.revision) return;
    const done = problem ? {} : { pulled_at: now };
    await updateRepository(tx, row.id, {
      ...done,
      tried_at: now,
      error: problem && JSON.stringify(problem),
      // Somebody asked for another one while this one ran.
      next_pull_at:
        current.next_pull_at === row.next_pull_at ? nextPull(scheduleOf(current), now) : current.next_pull_at,
    });
    const objects = [{ kind: 'repository', id: row.id }];
    const { name, index_version: version } = current;
    const before = current.error === null ? undefined : JSON.parse(current.error);
    // The same trouble again and again is one message.
    if (problem && before?.message !== problem.message) {
      const params = { name, reason: problem.message };
      const severity = isUnreachable(problem) ? 'warning' : 'error';
      const code = 'repository.pull-failed';
      await status.append(tx, { severity, component: 'repositories', code, objects, params });
    }
    if (!problem && changed > 0) {
      const params = { name, version, changed };
      const code = 'repository.pulled';
      await status.append(tx, { severity: 'info', component: 'repositories', code, objects, params });
    }
    await events.publish(tx, 'repositories.changed', { repositoryId: row.id });
  });
}
