import type { Role } from '@tenkai/protocol/api/permissions.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    users_users: UserRow;
    users_sessions: SessionRow;
    users_tokens: TokenRow;
    users_links: LinkRow;
  }
}

export interface UserRow {
  id: string;
  name: string;
  name_key: string;
  display_name: string;
  role: Role;
  collection_scope: string | null;
  password_hash: string | null;
  is_disabled: number;
  created_at: number;
  last_sign_in_at: number | null;
}

export interface SessionRow {
  hash: string;
  user_id: string;
  csrf: string;
  created_at: number;
  expires_at: number;
}

export interface TokenRow {
  id: string;
  user_id: string;
  name: string;
  hash: string;
  role: Role;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
}

export interface LinkRow {
  hash: string;
  user_id: string | null;
  expires_at: number;
}

/** Names are compared by this: `Müller` in either Unicode form, and in any case, is one user. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

export const findUser = (read: Reader, id: string) =>
  read.sql.selectFrom('users_users').selectAll().where('id', '=', id).executeTakeFirst();

export const findUserByName = (read: Reader, name: string) =>
  read.sql.selectFrom('users_users').selectAll().where('name_key', '=', nameKey(name)).executeTakeFirst();

export async function countUsers(read: Reader): Promise<number> {
  return (await read.one<{ n: number }>('SELECT count(*) AS n FROM users_users'))?.n ?? 0;
}

/** Administrators who can still sign in; the last of them must stay. */
export async function countActiveAdministrators(read: Reader): Promise<number> {
  const row = await read.one<{ n: number }>(
    "SELECT count(*) AS n FROM users_users WHERE role = 'administrator' AND is_disabled = 0 AND collection_scope IS NULL",
  );
  return row?.n ?? 0;
}

export async function insertUser(tx: Tx, user: UserRow) {
  await tx.sql.insertInto('users_users').values(user).execute();
}

export async function updateUser(tx: Tx, id: string, change: Partial<UserRow>) {
  await tx.sql.updateTable('users_users').set(change).where('id', '=', id).execute();
}

export async function deleteUserRow(tx: Tx, id: string) {
  await tx.sql.deleteFrom('users_users').where('id', '=', id).execute();
}

export async function insertSession(tx: Tx, session: SessionRow) {
  await tx.sql.insertInto('users_sessions').values(session).execute();
}

export const findSession = (read: Reader, hash: string) =>
  read.sql
    .selectFrom('users_sessions')
    .innerJoin('users_users', 'users_users.id', 'users_sessions.user_id')
    .select(['users_sessions.csrf', 'users_sessions.created_at as began_at', 'users_sessions.expires_at'])
    .selectAll('users_users')
    .where('users_sessions.hash', '=', hash)
    .executeTakeFirst();

export async function extendSession(tx: Tx, hash: string, expiresAt: number) {
  await tx.sql
    .updateTable('users_sessions')
    .set({ expires_at: expiresAt })
    .where('hash', '=', hash)
    .execute();
}

export async function deleteSession(tx: Tx, hash: string) {
  await tx.sql.deleteFrom('users_sessions').where('hash', '=', hash).execute();
}

/** All sessions of the user, but for the one named. */
export async function deleteSessionsOf(tx: Tx, userId: string, exceptHash = '') {
  await tx.sql
    .deleteFrom('users_sessions')
    .where('user_id', '=', userId)
    .where('hash', '!=', exceptHash)
    .execute();
}

export async function deleteExpired(tx: Tx, now: number) {
  await tx.sql.deleteFrom('users_sessions').where('expires_at', '<=', now).execute();
  await tx.sql.deleteFrom('users_links').where('expires_at', '<=', now).execute();
}

export async function insertToken(tx: Tx, token: TokenRow) {
  await tx.sql.insertInto('users_tokens').values(token).execute();
}

export const findToken = (read: Reader, hash: string) =>
  read.sql
    .selectFrom('users_tokens')
    .innerJoin('users_users', 'users_users.id', 'users_tokens.user_id')
    .select([
      'users_tokens.id as token_id',
      'users_tokens.role as token_role',
      'users_tokens.expires_at',
      'users_tokens.last_used_at',
    ])
    .selectAll('users_users')
    .where('users_tokens.hash', '=', hash)
    .executeTakeFirst();

export const listTokens = (read: Reader, userId: string) =>
  read.sql
    .selectFrom('users_tokens')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .execute();

export async function noteTokenUse(tx: Tx, id: string, at: number) {
  await tx.sql.updateTable('users_tokens').set({ last_used_at: at }).where('id', '=', id).execute();
}

/** The deleted row, or undefined where the user has no such token. */
export const deleteToken = (tx: Tx, id: string, userId: string) =>
  tx.sql
    .deleteFrom('users_tokens')
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .returningAll()
    .executeTakeFirst();

export async function insertLink(tx: Tx, link: LinkRow) {
  await tx.sql.insertInto('users_links').values(link).execute();
}

/** Takes a link out of the table: it works once. */
export const takeLink = (tx: Tx, hash: string, now: number) =>
  tx.sql
    .deleteFrom('users_links')
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();

/** Links for the first administrator are replaced at each start, and void once there is one. */
export async function deleteSetupLinks(tx: Tx) {
  await tx.sql.deleteFrom('users_links').where('user_id', 'is', null).execute();
}
