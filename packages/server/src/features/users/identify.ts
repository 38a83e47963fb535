import { type Role, roles } from '@tenkai/protocol/api/permissions.ts';
import type { Identities } from '../../kernel/access/access.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { extendSession, findSession, findToken, noteTokenUse, type UserRow } from './users.store.ts';

export const sessionMs = 12 * 3_600_000;
/** However busy, a session ends after this. */
const longestSessionMs = 7 * 86_400_000;
/** Extending is a write: it happens when this much of the session has passed. */
const extendAfterMs = 3_600_000;
const noteUseEveryMs = 3_600_000;

/** Answers the kernel's question who a request comes from. Rights are read anew each time. */
export function createIdentities({ db, clock }: Pick<Kernel, 'db' | 'clock'>): Identities {
  return {
    async sessionByHash(hash) {
      const row = await findSession(db.read, hash);
      const now = clock.now();
      if (!row || row.is_disabled === 1 || row.expires_at <= now) return undefined;
      const until = Math.min(now + sessionMs, row.began_at + longestSessionMs);
      if (until - row.expires_at > extendAfterMs)
        await db.transaction((tx) => extendSession(tx, hash, until));
      return { caller: toCaller(row, row.role, 'session'), csrf: row.csrf };
    },
    async apiTokenByHash(hash) {
      const row = await findToken(db.read, hash);
      const now = clock.now();
      if (!row || row.is_disabled === 1 || (row.expires_at !== null && row.expires_at <= now))
        return undefined;
      if (now - (row.last_used_at ?? 0) > noteUseEveryMs) {
        await db.transaction((tx) => noteTokenUse(tx, row.token_id, now));
      }
      return toCaller(row, lowerRole(row.role, row.token_role), 'api-token');
    },
  };
}

/** `roles` lists them from the highest down. */
export function lowerRole(a: Role, b: Role): Role {
  return roles.indexOf(a) > roles.indexOf(b) ? a : b;
}

export function scopeOf(row: Pick<UserRow, 'collection_scope'>): string[] | null {
  return row.collection_scope === null ? null : JSON.parse(row.collection_scope);
}

function toCaller(row: UserRow, role: Role, via: Caller['via']): Caller {
  return { userId: row.id, name: row.name, role, collectionScope: scopeOf(row), via };
}
