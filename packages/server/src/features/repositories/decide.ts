import type { PackageDraft } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Content } from '../content/index.ts';
import type { Packages } from '../packages/index.ts';
import type { Status } from '../status/index.ts';
import { gated } from './gate.ts';
import { type Approval, registerPulled } from './register-pulled.ts';
import {
  findPulled,
  findRepository,
  gateOf,
  type PulledRow,
  type RepositoryTableRow,
  savePulled,
  updateRepository,
} from './repositories.store.ts';
import { pullJob, type RepositoryDeps } from './repositories.ts';

export interface DecideDeps extends RepositoryDeps {
  readonly content: Content;
  readonly packages: Packages;
  readonly status: Status;
}

export interface Decision {
  readonly id: string;
  readonly packageId: string;
  readonly offered: number;
  readonly urgency?: PackageDraft['urgency'] | undefined;
}

/**
 * Registers a package that waits, or that was rejected (BAUT-24). Where its content was cleared away since, the next
 * pull, which begins at once, fetches it again.
 * @throws Failure not-found, changed-meanwhile, repository-not-waiting, package-of-other-origin, draft-invalid
 */
export async function approve(deps: DecideDeps, actor: Actor, decision: Decision): Promise<void> {
  const { row, pulled } = await look(deps, decision, ['waiting', 'rejected']);
  const { urgency = null } = decision;
  const isHere = pulled.content_id === null || (await deps.content.holdIfHere(pulled.content_id));
  const { userId, name } = actor;
  const approval: Approval = { offered: pulled.offered, urgency, by: { userId, name } };
  const decided: PulledRow = { ...pulled, approved: JSON.stringify(approval), decided_by: actor.name };
  await note(deps, actor, { ...decided, ...(isHere ? {} : { state: 'fetching' as const }) }, 'approved');
  if (!isHere || pulled.draft === null) return fetchAgain(deps, row.id);
  const draft = gated(JSON.parse(pulled.draft) as PackageDraft, gateOf(row));
  const after = { ...decided, decided_at: deps.clock.now() };
  await registerPulled({ ...deps, row, actor }, after, urgency === null ? draft : { ...draft, urgency });
}

/** @throws Failure not-found, changed-meanwhile, repository-not-waiting */
export async function reject(deps: DecideDeps, actor: Actor, decision: Decision): Promise<void> {
  const { row, pulled } = await look(deps, decision, ['waiting']);
  const rejected: PulledRow = { ...pulled, state: 'rejected', waits_for: null, decided_by: actor.name };
  await note(deps, actor, rejected, 'rejected');
  await deps.status.note({
    severity: 'info',
    component: 'repositories',
    code: 'repository.rejected',
    objects: [{ kind: 'repository', id: row.id }],
    params: { by: actor.name, packageId: pulled.package_id, name: row.name },
  });
}

async function look(
  { db }: DecideDeps,
  { id, packageId, offered }: Decision,
  states: readonly PulledRow['state'][],
): Promise<{ row: RepositoryTableRow; pulled: PulledRow }> {
  const row = await findRepository(db.read, id);
  if (!row) throw new Failure('not-found', { what: 'repository', id });
  const pulled = await findPulled(db.read, id, packageId);
  if (!pulled) throw new Failure('not-found', { what: 'package', id: packageId });
  refuseOther(pulled, offered, states);
  return { row, pulled };
}

function refuseOther(pulled: PulledRow, offered: number, states: readonly PulledRow['state'][]) {
  const { package_id: id, state } = pulled;
  if (pulled.offered !== offered) throw new Failure('changed-meanwhile', { what: 'package', id });
  if (!states.includes(state)) throw new Failure('repository-not-waiting', { id, state });
}

async function note(
  { db, clock, audit, events }: DecideDeps,
  actor: Actor,
  pulled: PulledRow,
  verb: 'approved' | 'rejected',
) {
  const { repository_id: repositoryId, package_id: packageId, offered } = pulled;
  await db.transaction(async (tx) => {
    const now = await findPulled(tx, repositoryId, packageId);
    // Somebody else may have decided in the meantime.
    if (!now) throw new Failure('not-found', { what: 'package', id: packageId });
    refuseOther(now, offered, ['waiting', 'rejected']);
    await savePulled(tx, { ...pulled, decided_at: clock.now(), updated_at: clock.now() });
    await audit.record(tx, {
      actor,
      action: `repositories.package-${verb}`,
      object: `package:${packageId}`,
      details: { repositoryId, offered, contentId: pulled.content_id },
    });
    await events.publish(tx, 'repositories.changed', { repositoryId });
  });
}

async function fetchAgain({ db, clock, jobs }: DecideDeps, id: string) {
  await db.transaction(async (tx) => {
    await updateRepository(tx, id, { next_pull_at: clock.now() });
    await jobs.enqueue(tx, { kind: pullJob, key: id, payload: { id } });
  });
}
