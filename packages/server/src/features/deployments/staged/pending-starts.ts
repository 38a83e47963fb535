import type { Reason } from '@tenkai/domain';
import type { Deps } from '../needs.ts';

/** BSCN-23: a run that finds no room on its machine waits on the server until the machine was restarted. */
export function fullReason({ sites }: Pick<Deps, 'sites'>, count: number): Reason | null {
  const limit = sites.settings().nextStartLimit;
  return count < limit ? null : { code: 'next-start-full', params: { count, limit } };
}
