import { Failure, parseAddressSpan, parseRoleAddress } from '@tenkai/domain';
import type { BoundaryDraft, BoundaryRow } from '@tenkai/protocol/api/boundaries.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { newId } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { deleteBoundary, loadBoundaries, saveBoundary } from './locator.store.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    'locator.changed': { id: string };
  }
}

export interface Deps extends Pick<Kernel, 'db' | 'clock' | 'audit' | 'events'> {
  readonly siteCode: string;
}

/** Each question of a machine looks at all of them. */
const maxBoundaries = 5000;

/** @throws Failure boundary-*, boundaries-too-many, already-exists */
export async function createBoundary(deps: Deps, actor: Actor, draft: BoundaryDraft): Promise<BoundaryRow> {
  const boundary = { id: newId(deps.clock.now()), ...checked(draft, deps.siteCode) };
  return deps.db.transaction(async (tx) => {
    const others = await loadBoundaries(tx);
    if (others.length >= maxBoundaries) throw new Failure('boundaries-too-many', { limit: maxBoundaries });
    return save(deps, tx, actor, { boundary, others, action: 'locator.boundary-created' });
  });
}

/** @throws Failure not-found, boundary-*, already-exists */
export async function updateBoundary(
  deps: Deps,
  actor: Actor,
  id: string,
  draft: BoundaryDraft,
): Promise<BoundaryRow> {
  const boundary = { id, ...checked(draft, deps.siteCode) };
  return deps.db.transaction(async (tx) => {
    const all = await loadBoundaries(tx);
    const others = all.filter((one) => one.id !== id);
    if (others.length === all.length) throw new Failure('not-found', { what: 'boundary', id });
    return save(deps, tx, actor, { boundary, others, action: 'locator.boundary-changed' });
  });
}

/** @throws Failure not-found */
export async function removeBoundary({ db, audit, events }: Deps, actor: Actor, id: string) {
  await db.transaction(async (tx) => {
    const boundary = (await loadBoundaries(tx)).find((one) => one.id === id);
    if (!boundary) throw new Failure('not-found', { what: 'boundary', id });
    await deleteBoundary(tx, id);
    const { id: _, ...details } = boundary;
    await audit.record(tx, { actor, action: 'locator.boundary-removed', object: `boundary:${id}`, details });
    await events.publish(tx, 'locator.changed', { id });
  });
}

interface Save {
  readonly boundary: BoundaryRow;
  readonly others: readonly BoundaryRow[];
  readonly action: string;
}

async function save({ audit, events }: Deps, tx: Tx, actor: Actor, { boundary, others, action }: Save) {
  const { id, ...details } = boundary;
  if (others.some(({ name }) => name === boundary.name))
    throw new Failure('already-exists', { what: 'boundary', id: boundary.name });
  const same = others.find((one) => assignSame(one, boundary));
  if (same) throw new Failure('boundary-taken', { name: same.name });
  await saveBoundary(tx, boundary);
  await audit.record(tx, { actor, action, object: `boundary:${id}`, details });
  await events.publish(tx, 'locator.changed', { id });
  return boundary;
}

/** Of two with the same addresses nobody could say which one holds. */
function assignSame(one: BoundaryDraft, other: BoundaryDraft): boolean {
  const [a, b] = [parseAddressSpan(one.range), parseAddressSpan(other.range)];
  const isSame = a?.family === b?.family && a?.first === b?.first && a?.last === b?.last;
  return isSame && one.isForAssignment && other.isForAssignment;
}

function checked(draft: BoundaryDraft, ownCode: string): BoundaryDraft {
  const { range, siteCode, managementPoint } = draft;
  if (!parseAddressSpan(range)) throw new Failure('boundary-range-wrong', { range });
  if (managementPoint === null) {
    if (siteCode !== ownCode) throw new Failure('boundary-site-unknown', { siteCode });
    return draft;
  }
  const read = parseRoleAddress(managementPoint);
  if (!('url' in read)) throw new Failure('boundary-server-wrong', { address: managementPoint });
  return { ...draft, managementPoint: read.url };
}
