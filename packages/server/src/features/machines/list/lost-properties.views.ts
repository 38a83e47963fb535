import { propertyMessages } from '@tenkai/domain/assignment/property-history.ts';
import type { LostProperty } from '@tenkai/protocol/api/machines.ts';
import type { Caller } from '../../../kernel/access/caller.ts';
import type { Reader } from '../../../kernel/database/database.ts';
import { inAnyOf, scopeOf } from './scope.ts';

interface Row {
  readonly property: string;
  readonly at: number;
  readonly machine_id: string;
  readonly machine_name: string;
  readonly params: string;
}

/**
 * Machines of which the last word about a property is that it was lost (AGENT-30). Properties that came back, and those
 * that somebody took away on purpose, are not here.
 */
export async function lostProperties(
  read: Reader,
  caller: Caller,
  property: string | undefined,
): Promise<LostProperty[]> {
  const scope = scopeOf(caller);
  const limit = scope === null ? { text: '1 = 1', params: [] } : inAnyOf(scope, 'probing');
  const one =
    property === undefined ? { text: '1 = 1', params: [] } : { text: 'o.id = ?', params: [property] };
  const rows = await read.all<Row>(
    `SELECT last.property AS property, s.at AS at, m.id AS machine_id, m.name AS machine_name, s.params AS params
     FROM (SELECT o.id AS property, max(o.seq) AS seq FROM status_objects o
           JOIN status_messages about ON about.seq = o.seq
           WHERE o.kind = 'property' AND ${one.text} GROUP BY o.id, about.machine_id) last
     JOIN status_messages s ON s.seq = last.seq
     JOIN machines m ON m.id = s.machine_id
     WHERE s.code = ? AND ${limit.text} ORDER BY m.name, last.property`,
    [...one.params, propertyMessages.lost, ...limit.params],
  );
  return rows.map(toLost);
}

function toLost({
  property,
  at,
  machine_id: machineId,
  machine_name: machineName,
  params,
}: Row): LostProperty {
  const { from, origin, version } = JSON.parse(params) as Record<string, unknown>;
  const [value, by, of] = [from, origin, version].map((each) => (typeof each === 'string' ? each : ''));
  return { machineId, machineName, property, value: value ?? '', at, origin: by ?? '', version: of ?? '' };
}
