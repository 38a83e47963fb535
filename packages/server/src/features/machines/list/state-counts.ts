import type { PowerState } from '@tenkai/domain';
import type { EnrollmentStatus, MachineActivity } from '@tenkai/protocol/api/machines.ts';
import type { Deps } from '../needs.ts';

export interface StateFilter {
  readonly enrollment?: EnrollmentStatus | undefined;
  readonly powerState?: PowerState | undefined;
  readonly activity?: MachineActivity | undefined;
}

/** How many machines are in a state, without counting them for every page. */
export type StateCounts = (filter: StateFilter) => Promise<number>;

interface StateRow {
  readonly enrollment: string;
  readonly power_state: string;
  readonly activity: string;
  readonly n: number;
}

/** Another server on the same database may have changed something. */
const longestAgeMs = 5000;

/**
 * Counts all states at once from an index that holds nothing else, and again only after a change. Counters in a
 * table would be written by every change of every machine: a point of conflict for all of them.
 */
export function createStateCounts({ db, clock, events }: Pick<Deps, 'db' | 'clock' | 'events'>): StateCounts {
  let counted: { at: number; rows: Promise<StateRow[]> } | undefined;
  const forget = () => {
    counted = undefined;
  };
  events.watch('machines.changed', forget);
  events.watch('machines.power-changed', forget);
  events.watch('machines.removed', forget);
  return async ({ enrollment, powerState, activity }) => {
    if (!counted || clock.now() - counted.at > longestAgeMs) {
      counted = { at: clock.now(), rows: count(db.read) };
      counted.rows.catch(forget);
    }
    const rows = await counted.rows;
    return rows
      .filter((row) => enrollment === undefined || row.enrollment === enrollment)
      .filter((row) => powerState === undefined || row.power_state === powerState)
      .filter((row) => activity === undefined || row.activity === activity)
      .reduce((sum, row) => sum + row.n, 0);
  };
}

function count(read: Deps['db']['read']): Promise<StateRow[]> {
  return read.all<StateRow>(
    'SELECT enrollment, power_state, activity, count(*) AS n FROM machines GROUP BY enrollment, power_state, activity',
  );
}
