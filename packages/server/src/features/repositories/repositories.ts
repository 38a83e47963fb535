import { Failure, type FieldProblem } from '@tenkai/domain/failure.ts';
import { draftRefusal } from '@tenkai/domain/field-problem.ts';
import { isTimeZone } from '@tenkai/domain/schedule/zone.ts';
import type { RepositorySettings } from '@tenkai/protocol/api/repositories.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { newId } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { isCertificate } from './certificate.ts';
import { nextPull } from './gate.ts';
import './repositories.failures.ts';
import {
  deleteRepository,
  findRepository,
  findRepositoryByName,
  forgetOffers,
  insertRepository,
  type RepositoryTableRow,
  updateRepository,
} from './repositories.store.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    'repositories.changed': { repositoryId: string };
  }
}

export type RepositoryDeps = Pick<Kernel, 'db' | 'clock' | 'audit' | 'events' | 'jobs'>;

export const pullJob = 'repositories.pull';

/** @throws Failure draft-invalid, already-exists */
export async function addRepository(
  deps: RepositoryDeps,
  actor: Actor,
  { name, ...settings }: RepositorySettings & { name: string },
): Promise<string> {
  refuseBad(settings, name);
  const { db, clock } = deps;
  const now = clock.now();
  const id = newId(now);
  await db.transaction(async (tx) => {
    const nameKey = name.toLowerCase();
    if (await findRepositoryByName(tx, nameKey))
      throw new Failure('already-exists', { what: 'repository', id: name });
    await insertRepository(tx, {
      id,
      name,
      name_key: nameKey,
      ...toColumns(settings),
      revision: 1,
      created_at: now,
      ...nothingSeen,
      // What was just added is looked at once, at once.
      next_pull_at: settings.isEnabled ? now : null,
    });
    await finish(deps, tx, {
      actor,
      id,
      action: 'repositories.added',
      details: { name, ...shown(settings) },
    });
    if (settings.isEnabled) await deps.jobs.enqueue(tx, { kind: pullJob, key: id, payload: { id } });
  });
  return id;
}

/** @throws Failure draft-invalid, not-found, changed-meanwhile */
export async function changeRepository(
  deps: RepositoryDeps,
  actor: Actor,
  { id, revision, settings }: { id: string; revision: number; settings: RepositorySettings },
) {
  refuseBad(settings);
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const before = await found(tx, id);
    if (before.revision !== revision) throw new Failure('changed-meanwhile', { what: 'repository', id });
    const columns = toColumns(settings);
    // Another address of the same publisher may not go back behind what was seen.
    const isOther = before.fingerprint !== columns.fingerprint;
    const next = settings.isEnabled ? nextPull(settings.schedule, now) : null;
    await updateRepository(tx, id, {
      ...columns,
      revision: revision + 1,
      ...(isOther ? nothingSeen : {}),
      next_pull_at: next,
    });
    if (isOther) await forgetOffers(tx, id);
    await finish(deps, tx, { actor, id, action: 'repositories.changed', details: shown(settings) });
    if (next !== null) await deps.jobs.enqueue(tx, { kind: pullJob, key: id, payload: { id }, runAt: next });
  });
}

/** Packages that came from it stay. @throws Failure not-found */
export async function removeRepository(deps: RepositoryDeps, actor: Actor, id: string) {
  await deps.db.transaction(async (tx) => {
    const { name, url } = await found(tx, id);
    await deleteRepository(tx, id);
    await finish(deps, tx, { actor, id, action: 'repositories.removed', details: { name, url } });
  });
}

/** @throws Failure not-found, repository-disabled */
export async function requestPull({ db, clock, jobs }: RepositoryDeps, id: string) {
  await db.transaction(async (tx) => {
    const row = await found(tx, id);
    if (row.is_enabled === 0) throw new Failure('repository-disabled', { name: row.name });
    await updateRepository(tx, id, { next_pull_at: clock.now() });
    await jobs.enqueue(tx, { kind: pullJob, key: id, payload: { id } });
  });
}

async function found(tx: Tx, id: string): Promise<RepositoryTableRow> {
  const row = await findRepository(tx, id);
  if (!row) throw new Failure('not-found', { what: 'repository', id });
  return row;
}

interface Finish {
  readonly actor: Actor;
  readonly id: string;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

async function finish({ audit, events }: RepositoryDeps, tx: Tx, { actor, id, action, details }: Finish) {
  await audit.record(tx, { actor, action, object: `repository:${id}`, details });
  await events.publish(tx, 'repositories.changed', { repositoryId: id });
}

const nothingSeen = {
  index_version: null,
  index_digest: null,
  expires_at: null,
  pulled_at: null,
  tried_at: null,
  error: null,
};

function toColumns({ url, fingerprint, ca, schedule, gate, isEnabled }: RepositorySettings) {
  return {
    url: url.replace(/\/+$/, ''),
    fingerprint,
    ca,
    schedule: JSON.stringify(schedule),
    gate: JSON.stringify(gate),
    is_enabled: Number(isEnabled),
  };
}

function shown({ ca, ...settings }: RepositorySettings) {
  return { ...settings, hasOwnCa: ca !== null };
}

function refuseBad(settings: RepositorySettings, name?: string) {
  const { url, ca, schedule } = settings;
  const problems: FieldProblem[] = [];
  const add = (field: string, code: string, params = {}) => problems.push({ field, code, params });
  if (name !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) add('name', 'repository-name');
  if (!isRepositoryUrl(url)) add('url', 'repository-url', { url });
  if (ca !== null && !isCertificate(ca)) add('ca', 'repository-ca');
  if (schedule.kind === 'daily' && !isTimeZone(schedule.timeZone))
    add('schedule.timeZone', 'repository-time-zone', { timeZone: schedule.timeZone });
  if (problems.length > 0) throw draftRefusal('repository', problems);
}

function isRepositoryUrl(text: string): boolean {
  if (/\s/.test(text) || !URL.canParse(text)) return false;
  const { protocol, host, username, password, search, hash } = new URL(text);
  if ([username, password, search, hash].some((part) => part !== '')) return false;
  return protocol === 'file:' ? host === '' && text.startsWith('file:///') : /^https?:$/.test(protocol);
}
