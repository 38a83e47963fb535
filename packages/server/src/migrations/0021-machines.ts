import type { Migration } from '../kernel/database/migrate.ts';

export const machines: Migration = {
  id: '0021-machines',
  name: 'machines, their presence, inventory and open commands',
  up: () => [
    // What lists show and filter by; changed only when one of these facts changes, never by a plain heartbeat.
    `CREATE TABLE machines (
       id TEXT NOT NULL PRIMARY KEY,
       name TEXT NOT NULL,
       name_key TEXT NOT NULL,
       enrollment TEXT NOT NULL,
       enrolled_at INTEGER NOT NULL,
       hardware_fingerprint TEXT NOT NULL,
       power_state TEXT NOT NULL,
       activity TEXT NOT NULL,
       operating_system TEXT NOT NULL,
       service_pack TEXT NOT NULL,
       architecture TEXT NOT NULL,
       address TEXT NOT NULL,
       agent_version TEXT NOT NULL,
       last_run_name TEXT,
       last_run_status TEXT,
       last_run_at INTEGER,
       properties TEXT NOT NULL)`,
    // In the order of the list, with everything that a search looks at.
    'CREATE INDEX machines_by_name ON machines (name_key, id, address)',
    'CREATE INDEX machines_by_enrollment ON machines (enrollment, name_key, id, address)',
    'CREATE INDEX machines_by_power ON machines (power_state, name_key, id, address)',
    'CREATE INDEX machines_by_activity ON machines (activity, name_key, id, address)',
    // For counting alone.
    'CREATE INDEX machines_by_state ON machines (enrollment, power_state, activity)',

    // One row for each machine; is_admitted: it may report. last_seen_at: 0 before the first time. outbox and taken: every number of an outbox is taken once.
    // power, power_since, announced and boot_id are a PowerPicture (domain/machine/power-state.ts).
    `CREATE TABLE machines_presence (
       machine_id TEXT NOT NULL PRIMARY KEY REFERENCES machines (id) ON DELETE CASCADE,
       is_admitted INTEGER NOT NULL,
       outbox TEXT NOT NULL,
       taken INTEGER NOT NULL,
       last_seen_at INTEGER NOT NULL,
       agent_version TEXT NOT NULL,
       active_runs TEXT NOT NULL,
       power TEXT NOT NULL,
       power_since INTEGER NOT NULL,
       announced TEXT NOT NULL,
       boot_id TEXT,
       booted_at INTEGER,
       wants_inventory INTEGER NOT NULL,
       free_bytes INTEGER)`,
    'CREATE INDEX machines_presence_seen ON machines_presence (last_seen_at, machine_id)',

    // Outboxes that a machine used before its present one: a restored copy of one must not report twice.
    `CREATE TABLE machines_outboxes (
       machine_id TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
       outbox TEXT NOT NULL,
       taken INTEGER NOT NULL,
       left_at INTEGER NOT NULL,
       PRIMARY KEY (machine_id, outbox)) WITHOUT ROWID`,

    // The inventory by sections, JSON. software: ids of machines_software in the order of the inventory, as
    // variable-length integers; installed_at: their dates, JSON, null where none has one.
    `CREATE TABLE machines_inventory (
       machine_id TEXT NOT NULL PRIMARY KEY REFERENCES machines (id) ON DELETE CASCADE,
       digest TEXT NOT NULL,
       is_exact INTEGER NOT NULL,
       received_at INTEGER NOT NULL,
       hardware TEXT NOT NULL,
       network TEXT NOT NULL,
       operating_system TEXT NOT NULL,
       agent TEXT NOT NULL,
       software BLOB NOT NULL,
       installed_at TEXT)`,

    // Every software that some machine has or had, once: thousands of machines share most of theirs.
    `CREATE TABLE machines_software (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       entry TEXT NOT NULL UNIQUE)`,

    // Commands outside of runs. Open until the agent answers or expires_at passes (BAGT-11).
    `CREATE TABLE machines_commands (
       id TEXT NOT NULL PRIMARY KEY,
       machine_id TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
       kind TEXT NOT NULL,
       delay_seconds INTEGER NOT NULL,
       force INTEGER NOT NULL,
       created_at INTEGER NOT NULL,
       created_by TEXT NOT NULL,
       expires_at INTEGER NOT NULL,
       fetched_at INTEGER,
       outcome TEXT,
       closed_at INTEGER)`,
    'CREATE INDEX machines_commands_open ON machines_commands (machine_id) WHERE closed_at IS NULL',
    'CREATE INDEX machines_commands_due ON machines_commands (expires_at) WHERE closed_at IS NULL',
    'CREATE INDEX machines_commands_closed ON machines_commands (closed_at) WHERE closed_at IS NOT NULL',
  ],
};
