import { Failure } from '@tenkai/domain/failure.ts';
import { permits, type Role } from '@tenkai/protocol/api/permissions.ts';
import type { Permission } from '@tenkai/protocol/api/route.ts';

/** A person or a program of theirs, as the rim has recognised them. */
export interface Caller {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  /** Collections whose machines this caller may see and act on; null: all of them. */
  readonly collectionScope: readonly string[] | null;
  readonly via: 'session' | 'api-token';
}

/**
 * Use-cases call this where the route's own permission is not enough.
 * @throws Failure not-allowed
 */
export function requirePermission(caller: Caller, permission: Permission) {
  if (!permits(caller.role, permission)) throw new Failure('not-allowed', { permission });
}
