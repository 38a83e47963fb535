import { boundaryOverlaps, isInSpan, matchBoundary, parseAddressSpan, parseIpAddress } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import type { BoundaryListRow, BoundaryMachine, BoundaryRow } from '@tenkai/protocol/api/boundaries.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Reader } from '../../kernel/database/database.ts';
import type { Machines } from '../machines/index.ts';
import { loadBoundaries } from './locator.store.ts';

const mostOverlaps = 50;
const usualLimit = 200;
const batchSize = 2000;

/** Each with those that share addresses with it. */
export async function listBoundaries(read: Reader): Promise<BoundaryListRow[]> {
  const all = await loadBoundaries(read);
  const overlaps = boundaryOverlaps(all);
  return all.map((one) => ({
    ...one,
    overlaps: (overlaps.get(one) ?? [])
      .slice(0, mostOverlaps)
      .map(({ boundary: { id, name }, kind }) => ({ id, name, kind })),
  }));
}

interface Deps {
  readonly read: Reader;
  readonly machines: Pick<Machines, 'visibleIds'>;
}

/**
 * Machines in a boundary that the caller may see, by name; read in batches, for addresses are compared here.
 * @throws Failure not-found
 */
export async function machinesOf(
  { read, machines }: Deps,
  caller: Caller,
  { id, limit = usualLimit }: { id: string; limit?: number | undefined },
): Promise<{ items: BoundaryMachine[]; total: number }> {
  const all = await loadBoundaries(read);
  const boundary = all.find((one) => one.id === id);
  const span = boundary && parseAddressSpan(boundary.range);
  if (!span) throw new Failure('not-found', { what: 'boundary', id });
  const found: BoundaryMachine[] = [];
  for (let after = '', isMore = true; isMore; ) {
    const batch = await machinesAfter(read, after);
    isMore = batch.length === batchSize;
    after = batch.at(-1)?.id ?? after;
    const inside = batch.filter(({ address }) => {
      const parsed = parseIpAddress(address);
      return parsed !== undefined && isInSpan(parsed, span);
    });
    const visible = await machines.visibleIds(
      caller,
      inside.map((one) => one.id),
      read,
    );
    for (const one of inside) if (visible.has(one.id)) found.push(rowOf(one, all));
  }
  const byName = found.toSorted((a, b) => a.machineName.localeCompare(b.machineName, 'en'));
  return { items: byName.slice(0, limit), total: found.length };
}

interface MachineAt {
  readonly id: string;
  readonly name: string;
  readonly address: string;
}

function machinesAfter(read: Reader, after: string): Promise<MachineAt[]> {
  return read.all<MachineAt>(
    `SELECT id, name, address FROM machines WHERE enrollment = 'enrolled' AND id > ? ORDER BY id LIMIT ${batchSize}`,
    [after],
  );
}

function rowOf({ id, name, address }: MachineAt, all: readonly BoundaryRow[]): BoundaryMachine {
  const match = matchBoundary([address], all)?.boundary;
  return {
    ...{ machineId: id, machineName: name, address },
    heldBy: match ? { id: match.id, name: match.name } : null,
  };
}
