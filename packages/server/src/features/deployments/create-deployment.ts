import { requireCollection } from './scope.ts';
import './failures.ts';
import {
  type DeliverySettings,
  type DeploymentDraft,
  defaultDeliveryOf,
  deliveryProblem,
  Failure,
  nextOccurrence,
  runSettings,
  scheduleProblems,
} from '@tenkai/domain';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { newId } from '../../kernel/ids.ts';
import { insertDeployment } from './deployments.store.ts';
import type { Deps } from './needs.ts';
import { type FrozenSubject, freezeSubject } from './subject.ts';

export const startJob = 'deployments.start';

/**
 * Makes a deployment; it starts by its schedule, also after a restart of the server in between.
 * @throws Failure `not-found`, `not-allowed`, `schedule-wrong`, `schedule-in-the-past`, `delivery-address-wrong`,
 * `power-off-before-run`
 */
export async function createDeployment(deps: Deps, caller: Caller, draft: DeploymentDraft): Promise<string> {
  await requireCollection(deps, caller, draft.collectionId);
  const subject = await freezeSubject(deps, draft.subject);
  const delivery = requireDelivery(draft.delivery ?? defaultDeliveryOf(subject.scenario.options));
  const now = deps.clock.now();
  runSettings(draft, subject.scenario.options);
  await refuseBroken(deps, subject);
  const startsAt = firstStart(draft, now);
  const id = newId(now);
  await deps.db.transaction(async (tx) => {
    await insertDeployment(tx, {
      id,
      name: draft.name,
      draft: JSON.stringify({ ...draft, delivery }),
      subject: JSON.stringify(subject),
      subject_name: subject.name,
      collection_id: draft.collectionId,
      status: 'scheduled',
      occurrence: 0,
      created_at: now,
      created_by: caller.name,
      next_start_at: startsAt,
      started_at: null,
      finished_at: null,
      owner: null,
    });
    await scheduleStart(deps, tx, id, startsAt);
    await recordCreation(deps, tx, caller, id, draft);
  });
  return id;
}

/** @throws Failure `delivery-address-wrong` */
export function requireDelivery(delivery: DeliverySettings): DeliverySettings {
  const problem = deliveryProblem(delivery);
  if (problem) throw new Failure(problem.code, problem.params);
  return delivery;
}

/** One job for each deployment: asking twice starts once. */
export async function scheduleStart({ jobs }: Pick<Deps, 'jobs'>, tx: Tx, id: string, at: number) {
  await jobs.enqueue(tx, { kind: startJob, key: id, payload: { deploymentId: id }, runAt: at });
}

async function recordCreation(
  { audit, events }: Deps,
  tx: Tx,
  actor: Actor,
  id: string,
  draft: DeploymentDraft,
) {
  const details = {
    name: draft.name,
    collection: draft.collectionId,
    subject: draft.subject,
    purpose: draft.purpose,
  };
  await audit.record(tx, { actor, action: 'deployments.created', object: `deployment:${id}`, details });
  await events.publish(tx, 'deployments.changed', { deploymentId: id });
}

/** A moment that is just past is meant as *now*; one that is long past is a mistake. */
function firstStart({ schedule }: DeploymentDraft, now: number): number {
  const problem = scheduleProblems(schedule)[0];
  if (problem)
    throw new Failure(
      'schedule-wrong',
      { problem: problem.code },
      { detail: JSON.stringify(problem.params) },
    );
  if (schedule.kind === 'now') return now;
  if (schedule.kind === 'recurring') {
    const first = nextOccurrence(schedule, now);
    if (first === null) throw new Failure('schedule-in-the-past', {});
    return first;
  }
  const at = Date.parse(schedule.at);
  if (at < now - 60_000) throw new Failure('schedule-in-the-past', {});
  return Math.max(at, now);
}

/** A scenario that cannot run is refused now, not on each machine later (law 10, DIST-31). */
async function refuseBroken({ scenarios }: Deps, { name, scenario }: FrozenSubject): Promise<void> {
  const wrong = (await scenarios.problemsOf(scenario)).find(({ severity }) => severity === 'error');
  if (!wrong) return;
  const detail = `${wrong.stepId}: ${wrong.code} ${JSON.stringify(wrong.params)}`;
  throw new Failure('scenario-not-ready', { name, problem: wrong.code }, { detail });
}
