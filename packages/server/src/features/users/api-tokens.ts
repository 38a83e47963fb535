import { Failure } from '@tenkai/domain/failure.ts';
import type { Role } from '@tenkai/protocol/api/permissions.ts';
import { apiTokenPrefix, hashSecret } from '../../kernel/access/access.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import { newId, newSecret } from '../../kernel/ids.ts';
import { lowerRole } from './identify.ts';
import { deleteToken, insertToken, type TokenRow } from './users.store.ts';
import type { UsersDeps } from './users.ts';

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly expiresInDays: number | null;
}

const dayMs = 86_400_000;

/** @throws Failure role-too-high */
export async function createApiToken(
  { db, clock, audit }: UsersDeps,
  caller: Actor & { readonly role: Role },
  { name, role, expiresInDays }: NewToken,
): Promise<{ token: TokenRow; secret: string }> {
  if (lowerRole(role, caller.role) !== role) throw new Failure('role-too-high', { role: caller.role });
  const secret = apiTokenPrefix + newSecret();
  const now = clock.now();
  const token: TokenRow = {
    id: newId(now),
    user_id: caller.userId,
    name,
    hash: hashSecret(secret),
    role,
    created_at: now,
    expires_at: expiresInDays === null ? null : now + expiresInDays * dayMs,
    last_used_at: null,
  };
  await db.transaction(async (tx) => {
    await insertToken(tx, token);
    await audit.record(tx, {
      actor: caller,
      action: 'users.token-created',
      object: `token:${token.id}`,
      details: { name, role },
    });
  });
  return { token, secret };
}

/** @throws Failure not-found */
export async function revokeApiToken({ db, audit }: UsersDeps, actor: Actor, id: string) {
  await db.transaction(async (tx) => {
    const token = await deleteToken(tx, id, actor.userId);
    if (!token) throw new Failure('not-found', { what: 'API token', id });
    await audit.record(tx, {
      actor,
      action: 'users.token-revoked',
      object: `token:${id}`,
      details: { name: token.name },
    });
  });
}
