export interface SessionsTable {
  id: string;
  deployment_id: string;
  content_id: string;
  address: string;
  port: number;
  sender_port: number;
  interface_address: string;
  content_bytes: number;
  started_at: number;
  /** Null: it runs, and its address and ports belong to it. */
  ended_at: number | null;
  /** `interrupted`: the site was restarted meanwhile. */
  outcome: 'ended' | 'stopped' | 'failed' | 'interrupted' | null;
  /** Of a failure. */
  detail: string | null;
  datagrams: number;
  repairs: number;
  /** The network whose representative sends; null: the site sends. */
  subnet: string | null;
  representative_id: string | null;
  chosen_by: string | null;
  /** Fetched by the representative, by unicast. */
  line_bytes: number | null;
}

export interface MembersTable {
  session_id: string;
  number: number;
  run_id: string;
  machine_id: string;
  state: 'active' | 'complete' | 'left';
  cause: string | null;
}

/** What an administrator decided about a machine; nothing for those that are chosen by their merits. */
export interface RepresentativesTable {
  machine_id: string;
  rule: 'named' | 'forbidden';
  /** The administrator's name at that time. */
  set_by: string;
  set_at: number;
}

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    multicast_sessions: SessionsTable;
    multicast_members: MembersTable;
    multicast_representatives: RepresentativesTable;
  }
}
