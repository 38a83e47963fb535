/** Rows of the kernel's own tables; features declare theirs beside their stores in the same way. */
declare module './tables.ts' {
  interface Tables {
    kernel_state: { name: string; value: string };
    kernel_events: EventRow;
    kernel_jobs: JobRow;
    kernel_audit: AuditRow;
  }
}

export interface EventRow {
  seq: import('kysely').Generated<number>;
  kind: string;
  payload: string;
  at: number;
}

export interface JobRow {
  id: string;
  kind: string;
  key: string | null;
  payload: string;
  run_at: number;
  attempts: number;
  max_attempts: number;
  locked_at: number | null;
  locked_by: string | null;
  last_error: string | null;
  failed_at: number | null;
  created_at: number;
}

export interface AuditRow {
  seq: number;
  at: number;
  actor: string;
  actor_name: string;
  action: string;
  object: string;
  details: string;
  previous_hash: string;
  hash: string;
}
