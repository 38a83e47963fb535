import type { RunStatus } from '@tenkai/domain';

/** Which event lets a waiting run be looked at again; null: it does not wait. */
export type Gate = 'new' | 'inventory' | 'earlier-run' | 'window' | 'machine' | 'slot' | 'request';

export interface DeploymentsTable {
  id: string;
  name: string;
  /** JSON of DeploymentDraft. */
  draft: string;
  /** JSON of the scenario as it was when the deployment was made. */
  subject: string;
  subject_name: string;
  collection_id: string;
  status: 'scheduled' | 'active' | 'completed' | 'cancelled';
  /** How often it has started; runs carry the number of theirs. */
  occurrence: number;
  created_at: number;
  created_by: string;
  next_start_at: number | null;
  started_at: number | null;
  finished_at: number | null;
}

export interface RunsTable {
  id: string;
  deployment_id: string;
  occurrence: number;
  machine_id: string;
  status: RunStatus;
  attempt: number;
  gate: Gate | null;
  is_released: number;
  is_cancel_requested: number;
  is_in_error: number;
  /** An available deployment was asked for on this machine. */
  is_requested: number;
  reason: string | null;
  waits_until: number | null;
  step_index: number | null;
  retries_left: number;
  plan_hash: string | null;
  variables: string;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  deadline_at: number | null;
}

export interface StepsTable {
  run_id: string;
  attempt: number;
  step_index: number;
  started_at: number | null;
  result: string | null;
}

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    deployments_deployments: DeploymentsTable;
    deployments_plans: { hash: string; body: string };
    deployments_runs: RunsTable;
    deployments_steps: StepsTable;
  }
}
