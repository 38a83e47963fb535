import { permissionsOf } from '@tenkai/protocol/api/permissions.ts';
import type { ApiTokenView, SessionView, UserView } from '@tenkai/protocol/api/users.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Reader } from '../../kernel/database/database.ts';
import { decodeCursor, defaultPageSize, toPage } from '../../kernel/paging.ts';
import { scopeOf } from './identify.ts';
import { nameKey, type TokenRow, type UserRow } from './users.store.ts';

export function toUserView(row: UserRow): UserView {
  return {
    id: row.id,
    name: row.name,
    displayName: row.display_name,
    role: row.role,
    collectionScope: scopeOf(row),
    isDisabled: row.is_disabled === 1,
    hasPassword: row.password_hash !== null,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at,
  };
}

/** A token of a lower role than its user grants the lower one's permissions. */
export function toSessionView(row: UserRow, role: Caller['role'], csrf: string): SessionView {
  return { user: toUserView(row), permissions: [...permissionsOf[role]], csrf };
}

export function toTokenView(row: TokenRow): ApiTokenView {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}

export async function listUsers(
  read: Reader,
  { cursor, limit = defaultPageSize, search }: { cursor?: string; limit?: number; search?: string },
) {
  const after = decodeCursor<[string]>(cursor, ['string'])?.[0] ?? '';
  const pattern = `%${nameKey(search ?? '').replace(/[\\%_]/g, '\\$&')}%`;
  const matching = "name_key LIKE ? ESCAPE '\\'";
  const rows = await read.all<UserRow>(
    `SELECT * FROM users_users WHERE name_key > ? AND ${matching} ORDER BY name_key LIMIT ?`,
    [after, pattern, limit + 1],
  );
  const total = await read.one<{ n: number }>(`SELECT count(*) AS n FROM users_users WHERE ${matching}`, [
    pattern,
  ]);
  return { ...toPage(rows, limit, { item: toUserView, key: (row) => [row.name_key] }), total: total?.n ?? 0 };
}
