import type { Migration } from '../kernel/database/migrate.ts';
import { kernel } from './0001-kernel.ts';

/**
 * The schema's history: append only, order matters, never change or remove a released entry.
 *
 * To add one: a file of its own, `migrations/NNNN-feature.ts` (or `NNNN-feature-what.ts`), that exports
 * `const feature: Migration = { id: 'NNNN-feature', name, up: () => [...] }`; import it and append it at the END
 * of this list. The number is for people, the id is what is remembered, so two features may meet with the same
 * number. Then run `node scripts/dump-schema.ts` and commit schema.sqlite.sql and schema.postgres.sql too.
 */
export const migrations: readonly Migration[] = [kernel];
