import { defineFailures } from '@tenkai/domain/failure.ts';

/** Refusals by the database itself, whatever was asked of it. */
export const databaseFailures = defineFailures({
  'database-busy': {
    kind: 'unavailable',
    message: 'The database is too busy at the moment; nothing was changed.',
    remedy: 'Try again in {seconds} seconds. If it stays so, look at the load of PostgreSQL.',
  },
});
