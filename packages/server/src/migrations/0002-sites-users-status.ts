import type { Migration } from '../kernel/database/migrate.ts';

export const sitesUsersStatus: Migration = {
  id: '0002-sites-users-status',
  name: 'the site and its settings, users with sessions and API tokens, status messages',
  up: () => [
    `CREATE TABLE sites_sites (
       code TEXT NOT NULL PRIMARY KEY,
       name TEXT NOT NULL,
       created_at INTEGER NOT NULL)`,
    // Values are JSON; a setting that nobody changed has no row.
    'CREATE TABLE sites_settings (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)',

    `CREATE TABLE users_users (
       id TEXT NOT NULL PRIMARY KEY,
       name TEXT NOT NULL,
       name_key TEXT NOT NULL UNIQUE,
       display_name TEXT NOT NULL,
       role TEXT NOT NULL,
       collection_scope TEXT,
       password_hash TEXT,
       is_disabled INTEGER NOT NULL,
       created_at INTEGER NOT NULL,
       last_sign_in_at INTEGER)`,
    // Secrets are kept as SHA-256 only: who reads the database cannot sign in with it.
    `CREATE TABLE users_sessions (
       hash TEXT NOT NULL PRIMARY KEY,
       user_id TEXT NOT NULL REFERENCES users_users (id) ON DELETE CASCADE,
       csrf TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       expires_at INTEGER NOT NULL)`,
    'CREATE INDEX users_sessions_user ON users_sessions (user_id)',
    'CREATE INDEX users_sessions_expiry ON users_sessions (expires_at)',
    `CREATE TABLE users_tokens (
       id TEXT NOT NULL PRIMARY KEY,
       user_id TEXT NOT NULL REFERENCES users_users (id) ON DELETE CASCADE,
       name TEXT NOT NULL,
       hash TEXT NOT NULL UNIQUE,
       role TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       expires_at INTEGER,
       last_used_at INTEGER)`,
    'CREATE INDEX users_tokens_user ON users_tokens (user_id)',
    // A null user is the first administrator to be.
    `CREATE TABLE users_links (
       hash TEXT NOT NULL PRIMARY KEY,
       user_id TEXT REFERENCES users_users (id) ON DELETE CASCADE,
       expires_at INTEGER NOT NULL)`,

    `CREATE TABLE status_messages (
       seq INTEGER PRIMARY KEY AUTOINCREMENT,
       at INTEGER NOT NULL,
       message_id INTEGER NOT NULL,
       code TEXT NOT NULL,
       severity TEXT NOT NULL,
       component TEXT NOT NULL,
       machine_id TEXT,
       params TEXT NOT NULL)`,
    'CREATE INDEX status_messages_at ON status_messages (at)',
    'CREATE INDEX status_messages_machine ON status_messages (machine_id, seq)',
    'CREATE INDEX status_messages_component ON status_messages (component, seq)',
    'CREATE INDEX status_messages_severity ON status_messages (severity, seq)',
    `CREATE TABLE status_objects (
       kind TEXT NOT NULL,
       id TEXT NOT NULL,
       seq INTEGER NOT NULL REFERENCES status_messages (seq) ON DELETE CASCADE,
       PRIMARY KEY (kind, id, seq))`,
    'CREATE INDEX status_objects_seq ON status_objects (seq)',
  ],
};
