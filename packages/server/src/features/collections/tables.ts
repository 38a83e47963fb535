declare module '../../kernel/database/tables.ts' {
  interface Tables {
    collections: CollectionRecord;
    collections_members: { collection_id: string; machine_id: string };
    collections_windows: { collection_id: string; position: number; body: string };
    collections_changes: ChangeRecord;
    collections_stale: { collection_id: string; revision: number };
  }
}

export interface CollectionRecord {
  id: string;
  name: string;
  name_key: string;
  description: string;
  limiting_id: string | null;
  /** JSON. */
  rules: string;
  is_built_in: number;
  revision: number;
  created_at: number;
  member_count: number;
  /** When all machines were judged by these rules last; null: not yet. */
  evaluated_at: number | null;
}

/** A machine that has to be judged again. */
export interface ChangeRecord {
  machine_id: string;
  /** JSON list of changed attributes; null: all. */
  attributes: string | null;
  stamp: number;
}
