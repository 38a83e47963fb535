import { Failure } from '@tenkai/domain/failure.ts';
import type { Role } from '@tenkai/protocol/api/permissions.ts';
import { hashSecret } from '../../kernel/access/access.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { newId } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { scopeOf } from './identify.ts';
import { hashPassword, isPasswordRight } from './passwords.ts';
import {
  countActiveAdministrators,
  deleteSessionsOf,
  deleteUserRow,
  findUser,
  findUserByName,
  insertUser,
  nameKey,
  type UserRow,
  updateUser,
} from './users.store.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    'users.changed': { userId: string };
  }
}

export type UsersDeps = Pick<Kernel, 'db' | 'clock' | 'audit' | 'events'>;

export interface NewUser {
  readonly name: string;
  readonly displayName?: string | undefined;
  readonly role: Role;
  readonly collectionScope?: readonly string[] | null | undefined;
  readonly password?: string | undefined;
}

/** @throws Failure already-exists */
export async function createUser(
  { db, clock, audit, events }: UsersDeps,
  actor: Actor,
  input: NewUser,
): Promise<UserRow> {
  const user: UserRow = {
    id: newId(clock.now()),
    name: input.name,
    name_key: nameKey(input.name),
    display_name: input.displayName ?? input.name,
    role: input.role,
    collection_scope: input.collectionScope ? JSON.stringify(input.collectionScope) : null,
    password_hash: input.password === undefined ? null : await hashPassword(input.password),
    is_disabled: 0,
    created_at: clock.now(),
    last_sign_in_at: null,
  };
  await db.transaction(async (tx) => {
    if (await findUserByName(tx, input.name))
      throw new Failure('already-exists', { what: 'user', id: input.name });
    await insertUser(tx, user);
    const details = { name: user.name, role: user.role, collectionScope: input.collectionScope ?? null };
    await audit.record(tx, { actor, action: 'users.created', object: `user:${user.id}`, details });
    await events.publish(tx, 'users.changed', { userId: user.id });
  });
  return user;
}

export interface UserChange {
  readonly displayName?: string | undefined;
  readonly role?: Role | undefined;
  readonly collectionScope?: readonly string[] | null | undefined;
  readonly isDisabled?: boolean | undefined;
}

/** @throws Failure not-found, last-administrator */
export async function changeUser(
  { db, audit, events }: UsersDeps,
  actor: Actor,
  id: string,
  change: UserChange,
) {
  await db.transaction(async (tx) => {
    const before = await requireUser(tx, id);
    const after = { ...before, ...toRow(change) };
    await updateUser(tx, id, toRow(change));
    await keepAnAdministrator(tx, before);
    if (after.is_disabled === 1) await deleteSessionsOf(tx, id);
    await audit.record(tx, {
      actor,
      action: 'users.changed',
      object: `user:${id}`,
      details: { from: rights(before), to: rights(after) },
    });
    await events.publish(tx, 'users.changed', { userId: id });
  });
}

/** @throws Failure not-found, last-administrator */
export async function deleteUser({ db, audit, events }: UsersDeps, actor: Actor, id: string) {
  await db.transaction(async (tx) => {
    const user = await requireUser(tx, id);
    await deleteUserRow(tx, id);
    await keepAnAdministrator(tx, user);
    await audit.record(tx, {
      actor,
      action: 'users.deleted',
      object: `user:${id}`,
      details: { name: user.name },
    });
    await events.publish(tx, 'users.changed', { userId: id });
  });
}

/** An administrator sets a password for somebody; all their sessions end. @throws Failure not-found */
export async function setPassword({ db, audit }: UsersDeps, actor: Actor, id: string, password: string) {
  const password_hash = await hashPassword(password);
  await db.transaction(async (tx) => {
    await requireUser(tx, id);
    await updateUser(tx, id, { password_hash });
    await deleteSessionsOf(tx, id);
    await audit.record(tx, { actor, action: 'users.password-set', object: `user:${id}` });
  });
}

/** Users change their own; the session in use stays. @throws Failure sign-in-refused */
export async function changeOwnPassword(
  { db, audit }: UsersDeps,
  actor: Actor,
  input: { current: string | undefined; next: string; sessionSecret: string | undefined },
) {
  const user = await requireUser(db.read, actor.userId);
  const isAllowed =
    user.password_hash === null || (await isPasswordRight(input.current ?? '', user.password_hash));
  if (!isAllowed) throw new Failure('sign-in-refused', {}, { detail: 'currentPassword is wrong' });
  const password_hash = await hashPassword(input.next);
  await db.transaction(async (tx) => {
    await updateUser(tx, user.id, { password_hash });
    await deleteSessionsOf(tx, user.id, input.sessionSecret ? hashSecret(input.sessionSecret) : '');
    await audit.record(tx, { actor, action: 'users.password-changed', object: `user:${user.id}` });
  });
}

async function requireUser(read: Parameters<typeof findUser>[0], id: string): Promise<UserRow> {
  const user = await findUser(read, id);
  if (!user) throw new Failure('not-found', { what: 'user', id });
  return user;
}

/** Asked after the change, in its transaction: a site without an administrator could never be repaired. */
async function keepAnAdministrator(tx: Tx, before: UserRow) {
  if (before.role !== 'administrator') return;
  if ((await countActiveAdministrators(tx)) === 0) throw new Failure('last-administrator');
}

function toRow(change: UserChange): Partial<UserRow> {
  const { displayName, role, collectionScope, isDisabled } = change;
  return {
    ...(displayName === undefined ? {} : { display_name: displayName }),
    ...(role === undefined ? {} : { role }),
    ...(collectionScope === undefined
      ? {}
      : { collection_scope: collectionScope && JSON.stringify(collectionScope) }),
    ...(isDisabled === undefined ? {} : { is_disabled: Number(isDisabled) }),
  };
}

function rights(user: UserRow) {
  return {
    displayName: user.display_name,
    role: user.role,
    collectionScope: scopeOf(user),
    isDisabled: user.is_disabled === 1,
  };
}
