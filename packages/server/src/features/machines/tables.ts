import type { CertificateState, InboundState, PowerState } from '@tenkai/domain';
import type { EnrollmentStatus, MachineActivity } from '@tenkai/protocol/api/machines.ts';
import type { Generated } from 'kysely';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    machines: MachineRecord;
    machines_presence: PresenceRecord;
    machines_outboxes: { machine_id: string; outbox: string; taken: number; left_at: number };
    machines_inventory: InventoryRecord;
    machines_software: { id: Generated<number>; entry: string };
    machines_commands: CommandRecord;
  }
}

/** What lists show; a plain heartbeat does not touch it. */
export interface MachineRecord {
  id: string;
  name: string;
  name_key: string;
  enrollment: EnrollmentStatus;
  enrolled_at: number;
  hardware_fingerprint: string;
  power_state: PowerState;
  activity: MachineActivity;
  operating_system: string;
  service_pack: string;
  architecture: string;
  address: string;
  agent_version: string;
  last_run_name: string | null;
  last_run_status: string | null;
  last_run_at: number | null;
  /** Whether what the site sends reaches it. */
  inbound_state: InboundState;
  certificate_state: CertificateState;
  /** Outstanding ones in the order in which they help, with spaces between. */
  certificate_remedies: string;
  /** JSON. */
  properties: string;
}

export interface PresenceRecord {
  machine_id: string;
  /** 0: its reports are refused (quarantined, refused). */
  is_admitted: number;
  /** The outbox in use; empty before the first report. */
  outbox: string;
  /** Highest number of it that was taken. */
  taken: number;
  /** 0 before the first time. */
  last_seen_at: number;
  agent_version: string;
  /** `<run>:<attempt>` with commas, as in the last heartbeat. */
  active_runs: string;
  power: PowerState;
  power_since: number;
  announced: 'nothing' | 'restart' | 'shut-down';
  boot_id: string | null;
  booted_at: number | null;
  /** 1: the next answers ask for a whole inventory. */
  wants_inventory: number;
  free_bytes: number | null;
}

export interface InventoryRecord {
  machine_id: string;
  /** As the agent named it. */
  digest: string;
  /** 1: `digest` is the hash of what is stored; 0: the agent is newer and told more than we keep. */
  is_exact: number;
  received_at: number;
  hardware: string;
  network: string;
  operating_system: string;
  agent: string;
  software: Uint8Array;
  installed_at: string | null;
}

export type CommandKind = 'restart' | 'shut-down' | 'query' | 'inventory' | 'renew-keys';

/** `not-reachable`: the limit passed; `refused`: the agent said no. */
export type CommandOutcome = 'done' | 'refused' | 'not-reachable';

export interface CommandRecord {
  id: string;
  machine_id: string;
  kind: CommandKind;
  delay_seconds: number;
  force: number;
  created_at: number;
  created_by: string;
  expires_at: number;
  fetched_at: number | null;
  outcome: CommandOutcome | null;
  closed_at: number | null;
}
