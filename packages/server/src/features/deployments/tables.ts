import type { Alone, ChosenMethod, RunStatus, WaveCause } from '@tenkai/domain';

/** A feature that delivers by itself. */
export type DeploymentOwner = 'updates';

/** Which event lets a waiting run be looked at again; null: it does not wait. */
export type Gate =
  | 'new'
  | 'inventory'
  | 'earlier-run'
  | 'window'
  | 'machine'
  | 'group'
  | 'slot'
  | 'request'
  | 'next-start';

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
  /** The feature that made it and fills it machine by machine; null: a user made it. */
  owner: DeploymentOwner | null;
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
  /** Delivered, and left on the machine for its next start. */
  is_staged: number;
  /** Begun on a machine that has been off for long: no slot is held. */
  is_silent: number;
  is_cancel_requested: number;
  is_in_error: number;
  /** An available deployment was asked for on this machine. */
  is_requested: number;
  /** Name of whoever asked. */
  requested_by: string | null;
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
  /** Since when it waits at the gate `group`, and when it must begin for the sake of its window. */
  ready_at: number | null;
  latest_start_at: number | null;
  /** The wave with which it began; such a run waits for no group any more. */
  wave_id: string | null;
  /** It waits for no group, by an operator's act. */
  alone: Alone | null;
  /** How it gets its content, decided when it is released, and the JSON of why. */
  method: ChosenMethod | null;
  method_reason: string | null;
  /** End of the maintenance window in which it was released; null: it respects none. */
  window_closes_at: number | null;
}

/** Machines that began together. */
export interface WavesTable {
  id: string;
  deployment_id: string;
  occurrence: number;
  /** Counts from 1 in each occurrence. */
  number: number;
  cause: WaveCause;
  started_at: number;
  /** Who told it to; null: the site by the settings. */
  started_by: string | null;
  machine_count: number;
}

/** The package of a deployment was upgraded, and nobody has looked at its target since. */
export interface ReviewsTable {
  deployment_id: string;
  package_id: string;
  from_version: string;
  to_version: string;
  since: number;
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
    deployments_reviews: ReviewsTable;
    deployments_plans: { hash: string; body: string };
    deployments_runs: RunsTable;
    deployments_steps: StepsTable;
    deployments_waves: WavesTable;
  }
}
