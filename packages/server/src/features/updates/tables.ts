import type { UpdateState } from '@tenkai/domain';

export interface UpdatePackageRow {
  package_id: string;
  revision: number;
  open_ring: number;
  /** Every machine was judged for this revision: its rings can be counted. */
  is_judged: number;
  enough_since: number | null;
  /** When the next ring begins. */
  next_at: number | null;
  /** JSON of the reason for which nobody gets it. */
  held: string | null;
  changed_at: number;
}

export interface UpdatePairRow {
  machine_id: string;
  package_id: string;
  /** While a run is open: `delivering`; lists look at the run itself. */
  state: UpdateState;
  reason: string | null;
  until: number | null;
  ring: number;
  since: number | null;
  attempts: number;
  /** JSON of the reason for which the last attempt failed; null after a success. */
  last_error: string | null;
  /** The last attempt failed before anything of the package ran: it says nothing of the package. */
  is_blameless: number;
  retry_at: number | null;
  held: string | null;
  is_continuing: number;
  /** Automatic update brought it here; what was there before says nothing of failures. */
  is_delivered: number;
  run_id: string | null;
  /** For whose sake the run is. */
  goal_id: string | null;
}

export interface UpdateMachineRow {
  machine_id: string;
  started_at: number | null;
  /** When its first word showed that it was on, and had been before. */
  known_at: number | null;
  is_opted_out: number;
  restart_run_id: string | null;
  /** What was installed is complete only after a restart; a cancelled one does not change that. */
  is_restart_needed: number;
}

export interface EvidenceRow {
  machine_id: string;
  package_id: string;
  revision: number;
  verdict: 'verified' | 'refused';
  at: number;
}

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    updates_policy: { id: number; body: string };
    updates_packages: UpdatePackageRow;
    updates_pairs: UpdatePairRow;
    updates_machines: UpdateMachineRow;
    updates_evidence: EvidenceRow;
    updates_opted_collections: { collection_id: string };
    updates_deployments: { deployment_id: string; package_id: string; fingerprint: string };
  }
}
