import { canonicalJson, draftRefusal, Failure, type ScenarioDraft } from '@tenkai/domain';
import { type Actor, systemActor } from '../../kernel/audit/audit.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import { newId } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { type LookDeps, lookAtScenario, packagesIn, savingProblems } from './look-at-scenario.ts';
import './scenarios.failures.ts';
import {
  deleteScenario,
  findScenario,
  findScenarioByName,
  findScenarioRevision,
  insertScenario,
  insertScenarioRevision,
  nameKeyOf,
  type ScenarioTableRow,
  scenarioDraftOf,
  updateScenario,
} from './scenarios.store.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    'scenarios.changed': { scenarioId: string; revision: number };
    'scenarios.removed': { scenarioId: string };
  }
}

export interface ScenarioDeps extends Pick<Kernel, 'db' | 'clock' | 'audit' | 'events'>, LookDeps {
  /** Names of the deployments that still need a scenario. */
  readonly usesOf: (scenarioId: string) => Promise<string[]>;
}

/**
 * Makes a scenario (BSCN-02, BSCN-05).
 * @returns its id
 * @throws Failure draft-invalid, already-exists
 */
export async function createScenario(deps: ScenarioDeps, actor: Actor, sent: ScenarioDraft): Promise<string> {
  const { db, clock, audit } = deps;
  const draft = await accepted(deps, sent);
  const id = newId(clock.now());
  const now = clock.now();
  const row = { id, name: draft.name, name_key: nameKeyOf(draft.name), revision: 1, updated_at: now };
  await db.transaction(async (tx) => {
    await refuseTakenName(tx, draft.name, id);
    await insertScenario(tx, { ...row, is_built_in: 0, created_at: now });
    await saveRevision(deps, tx, { actor, id, revision: 1, draft });
    await audit.record(tx, {
      actor,
      action: 'scenarios.created',
      object: `scenario:${id}`,
      details: { name: draft.name, revision: 1 },
    });
  });
  return id;
}

/**
 * Makes a scenario that belongs to Tenkai, or saves its next revision where it differs; what it runs may still be
 * missing (BAGT-08).
 * @throws Failure already-exists where somebody has a scenario of that name
 */
export async function saveBuiltInScenario(deps: ScenarioDeps, draft: ScenarioDraft): Promise<void> {
  const { db, clock } = deps;
  await db.transaction(async (tx) => {
    const before = await findScenarioByName(tx, draft.name);
    if (before && !before.is_built_in)
      throw new Failure('already-exists', { what: 'scenario', id: before.name });
    const now = clock.now();
    const stored = before && (await findScenarioRevision(tx, before.id, before.revision));
    if (stored?.draft === canonicalJson(draft)) return;
    const id = before?.id ?? newId(now);
    const revision = (before?.revision ?? 0) + 1;
    const row = { id, name: draft.name, name_key: nameKeyOf(draft.name), revision, updated_at: now };
    if (before) await updateScenario(tx, row);
    else await insertScenario(tx, { ...row, is_built_in: 1, created_at: now });
    await saveRevision(deps, tx, { actor: systemActor, id, revision, draft });
    await deps.audit.record(tx, {
      actor: systemActor,
      action: before ? 'scenarios.changed' : 'scenarios.created',
      object: `scenario:${id}`,
      details: { name: draft.name, revision },
    });
  });
}

/**
 * Saves a new revision; older ones stay for the deployments that started with them. Where nothing differs, nothing
 * happens.
 * @throws Failure not-found, changed-meanwhile, draft-invalid, already-exists, scenario-built-in
 */
export async function changeScenario(
  deps: ScenarioDeps,
  actor: Actor,
  change: { id: string; revision: number; draft: ScenarioDraft },
) {
  const { db, clock, audit } = deps;
  const { id } = change;
  await requireOwn(db.read, id);
  const draft = await accepted(deps, change.draft);
  await db.transaction(async (tx) => {
    const before = await requireOwn(tx, id);
    if (before.revision !== change.revision) throw new Failure('changed-meanwhile', { what: 'scenario', id });
    await refuseTakenName(tx, draft.name, id);
    const stored = await findScenarioRevision(tx, id, before.revision);
    if (stored?.draft === canonicalJson(draft)) return;
    const revision = before.revision + 1;
    await updateScenario(tx, {
      id,
      name: draft.name,
      name_key: nameKeyOf(draft.name),
      revision,
      updated_at: clock.now(),
    });
    await saveRevision(deps, tx, { actor, id, revision, draft });
    await audit.record(tx, {
      actor,
      action: 'scenarios.changed',
      object: `scenario:${id}`,
      details: { from: stored ? scenarioDraftOf(stored) : null, to: draft, revision },
    });
  });
}

/** @throws Failure not-found, in-use, scenario-built-in */
export async function removeScenario(deps: ScenarioDeps, actor: Actor, id: string) {
  const { db, audit, events, usesOf } = deps;
  const { name } = await requireOwn(db.read, id);
  const uses = await usesOf(id);
  if (uses.length > 0)
    throw new Failure('in-use', { what: 'scenario', id: name, by: uses.join(', ').slice(0, 500) });
  await db.transaction(async (tx) => {
    await requireOwn(tx, id);
    await deleteScenario(tx, id);
    await audit.record(tx, {
      actor,
      action: 'scenarios.removed',
      object: `scenario:${id}`,
      details: { name },
    });
    await events.publish(tx, 'scenarios.removed', { scenarioId: id });
  });
}

async function accepted(deps: ScenarioDeps, sent: ScenarioDraft): Promise<ScenarioDraft> {
  const draft = { ...sent, name: sent.name.trim() };
  const problems = savingProblems(draft, await lookAtScenario(deps, draft));
  if (problems.length > 0) throw draftRefusal('scenario', problems);
  return draft;
}

async function requireOwn(read: Reader, id: string): Promise<ScenarioTableRow> {
  const row = await findScenario(read, id);
  if (!row) throw new Failure('not-found', { what: 'scenario', id });
  if (row.is_built_in) throw new Failure('scenario-built-in', { id: row.name });
  return row;
}

async function refuseTakenName(tx: Tx, name: string, id: string) {
  const other = await findScenarioByName(tx, name);
  if (other && other.id !== id) throw new Failure('already-exists', { what: 'scenario', id: other.name });
}

interface SaveRevision {
  readonly actor: Actor;
  readonly id: string;
  readonly revision: number;
  readonly draft: ScenarioDraft;
}

async function saveRevision(
  { clock, events }: ScenarioDeps,
  tx: Tx,
  { actor, id, revision, draft }: SaveRevision,
) {
  const row = {
    scenario_id: id,
    revision,
    draft: canonicalJson(draft),
    saved_at: clock.now(),
    saved_by: actor.name,
  };
  await insertScenarioRevision(tx, row, packagesIn(draft));
  await events.publish(tx, 'scenarios.changed', { scenarioId: id, revision });
}
