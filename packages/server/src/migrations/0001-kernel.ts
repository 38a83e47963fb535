import type { Migration } from '../kernel/database/migrate.ts';

export const kernel: Migration = {
  id: '0001-kernel',
  name: 'events, jobs and audit log',
  up: () => [
    // Single facts of the kernel, such as how far events were delivered.
    'CREATE TABLE kernel_state (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)',

    `CREATE TABLE kernel_events (
       seq INTEGER PRIMARY KEY AUTOINCREMENT,
       kind TEXT NOT NULL,
       payload TEXT NOT NULL,
       at INTEGER NOT NULL)`,
    'CREATE INDEX kernel_events_at ON kernel_events (at)',

    // A key is held by at most one waiting job: asking again for the same work changes nothing.
    `CREATE TABLE kernel_jobs (
       id TEXT NOT NULL PRIMARY KEY,
       kind TEXT NOT NULL,
       key TEXT,
       payload TEXT NOT NULL,
       run_at INTEGER NOT NULL,
       attempts INTEGER NOT NULL,
       max_attempts INTEGER NOT NULL,
       locked_at INTEGER,
       locked_by TEXT,
       last_error TEXT,
       failed_at INTEGER,
       created_at INTEGER NOT NULL)`,
    'CREATE UNIQUE INDEX kernel_jobs_key ON kernel_jobs (kind, key) WHERE key IS NOT NULL AND locked_at IS NULL AND failed_at IS NULL',
    'CREATE INDEX kernel_jobs_due ON kernel_jobs (run_at) WHERE failed_at IS NULL',

    // Rows are only ever added. Each hash covers the row and the hash before it (kernel/audit.ts).
    `CREATE TABLE kernel_audit (
       seq INTEGER NOT NULL PRIMARY KEY,
       at INTEGER NOT NULL,
       actor TEXT NOT NULL,
       actor_name TEXT NOT NULL,
       action TEXT NOT NULL,
       object TEXT NOT NULL,
       details TEXT NOT NULL,
       previous_hash TEXT NOT NULL,
       hash TEXT NOT NULL)`,
    'CREATE INDEX kernel_audit_action ON kernel_audit (action, seq)',
    'CREATE INDEX kernel_audit_object ON kernel_audit (object, seq)',
  ],
};
