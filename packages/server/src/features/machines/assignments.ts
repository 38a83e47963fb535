import type { Param } from '../../kernel/database/database.ts';

/**
 * The columns of a change as `SET a = ?, b = ?`, by hand: these updates come with every report, and to put them
 * together with the query builder costs more than to carry them out. Names are those of our own row types.
 */
export function assignments(change: Readonly<Record<string, Param | undefined>>) {
  const given = Object.entries(change).filter((entry): entry is [string, Param] => entry[1] !== undefined);
  return {
    text: given.map(([name]) => `${name} = ?`).join(', '),
    values: given.map(([, value]) => value),
  };
}
