import { Failure } from '@tenkai/domain/failure.ts';
import { hashSecret } from '../../kernel/access/access.ts';
import type { Attempts } from '../../kernel/access/attempts.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { newId, newSecret } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { sessionMs } from './identify.ts';
import { hashPassword, isPasswordRight } from './passwords.ts';
import {
  countUsers,
  deleteExpired,
  deleteSession,
  deleteSetupLinks,
  findUser,
  findUserByName,
  insertLink,
  insertSession,
  insertUser,
  nameKey,
  takeLink,
  type UserRow,
  updateUser,
} from './users.store.ts';

export interface SessionDeps extends Pick<Kernel, 'db' | 'clock' | 'audit' | 'events'> {
  readonly attempts: Attempts;
}

/** What the browser gets: the secret goes into the cookie, `csrf` into the page. */
export interface NewSession {
  readonly secret: string;
  readonly csrf: string;
  readonly user: UserRow;
}

const setupLinkMs = 24 * 3_600_000;
const signInLinkMs = 3_600_000;

/**
 * @param address of the sender; it and the name are slowed down after failures.
 * @throws Failure sign-in-refused, too-many-attempts
 */
export async function signIn(
  deps: SessionDeps,
  { name, password, address }: { name: string; password: string; address: string },
): Promise<NewSession> {
  const keys = [`address:${address}`, `name:${nameKey(name)}`];
  deps.attempts.check(keys);
  // Counted before the slow check and taken back after: a hundred guesses at once count as a hundred.
  deps.attempts.failed(keys);
  const user = await findUserByName(deps.db.read, name);
  const isRight = await isPasswordRight(password, user?.password_hash ?? null);
  if (!user || !isRight || user.is_disabled === 1) {
    await recordRefusal(deps, name, user);
    throw new Failure('sign-in-refused');
  }
  deps.attempts.succeeded(keys);
  return deps.db.transaction((tx) => openSession(deps, tx, user, 'password'));
}

/** @throws Failure link-invalid, too-many-attempts */
export async function signInByLink(
  deps: SessionDeps,
  { token, address }: { token: string; address: string },
) {
  const keys = [`address:${address}`];
  deps.attempts.check(keys);
  const session = await deps.db.transaction(async (tx) => {
    const link = await takeLink(tx, hashSecret(token), deps.clock.now());
    const user = link?.user_id ? await findUser(tx, link.user_id) : undefined;
    if (!user || user.is_disabled === 1) return undefined;
    return openSession(deps, tx, user, 'link');
  });
  if (session) return session;
  deps.attempts.failed(keys);
  throw new Failure('link-invalid');
}

/** A secret that signs the user in once. */
export async function createLink({ db, clock, audit }: SessionDeps, actor: Actor, user: UserRow) {
  const token = newSecret();
  const expiresAt = clock.now() + signInLinkMs;
  await db.transaction(async (tx) => {
    await insertLink(tx, { hash: hashSecret(token), user_id: user.id, expires_at: expiresAt });
    await audit.record(tx, { actor, action: 'users.link-created', object: `user:${user.id}` });
  });
  return { token, expiresAt };
}

/** The secret with which the first administrator can be made; undefined where there are users already. */
export async function createSetupToken({
  db,
  clock,
}: Pick<Kernel, 'db' | 'clock'>): Promise<string | undefined> {
  const token = newSecret();
  return db.transaction(async (tx) => {
    await deleteExpired(tx, clock.now());
    await deleteSetupLinks(tx);
    if ((await countUsers(tx)) > 0) return undefined;
    await insertLink(tx, { hash: hashSecret(token), user_id: null, expires_at: clock.now() + setupLinkMs });
    return token;
  });
}

/** @throws Failure setup-done, link-invalid, too-many-attempts */
export async function createFirstAdministrator(
  deps: SessionDeps,
  { token, name, password, address }: { token: string; name: string; password: string; address: string },
): Promise<NewSession> {
  const keys = [`address:${address}`];
  deps.attempts.check(keys);
  const password_hash = await hashPassword(password);
  const session = await deps.db.transaction(async (tx) => {
    if ((await countUsers(tx)) > 0) throw new Failure('setup-done');
    const link = await takeLink(tx, hashSecret(token), deps.clock.now());
    if (!link || link.user_id !== null) return undefined;
    await deleteSetupLinks(tx);
    const user = firstAdministrator(deps, name, password_hash);
    await insertUser(tx, user);
    await deps.audit.record(tx, {
      actor: actorOf(user),
      action: 'users.created',
      object: `user:${user.id}`,
      details: { name, role: user.role },
    });
    return openSession(deps, tx, user, 'setup');
  });
  if (session) return session;
  deps.attempts.failed(keys);
  throw new Failure('link-invalid');
}

export async function signOut(
  { db, audit }: SessionDeps,
  user: { userId: string; name: string },
  secret: string,
) {
  await db.transaction(async (tx) => {
    await deleteSession(tx, hashSecret(secret));
    await audit.record(tx, { actor: user, action: 'users.signed-out', object: `user:${user.userId}` });
  });
}

async function openSession(
  { clock, audit }: SessionDeps,
  tx: Tx,
  user: UserRow,
  by: string,
): Promise<NewSession> {
  const now = clock.now();
  const [secret, csrf] = [newSecret(), newSecret()];
  await deleteExpired(tx, now);
  await insertSession(tx, {
    hash: hashSecret(secret),
    user_id: user.id,
    csrf,
    created_at: now,
    expires_at: now + sessionMs,
  });
  await updateUser(tx, user.id, { last_sign_in_at: now });
  await audit.record(tx, {
    actor: actorOf(user),
    action: 'users.signed-in',
    object: `user:${user.id}`,
    details: { by },
  });
  return { secret, csrf, user: { ...user, last_sign_in_at: now } };
}

async function recordRefusal({ db, audit }: SessionDeps, name: string, user: UserRow | undefined) {
  const actor = { userId: user?.id ?? 'nobody', name };
  const object = `user:${user?.id ?? 'unknown'}`;
  await db.transaction((tx) => audit.record(tx, { actor, action: 'users.sign-in-refused', object }));
}

function firstAdministrator({ clock }: SessionDeps, name: string, password_hash: string): UserRow {
  return {
    id: newId(clock.now()),
    name,
    name_key: nameKey(name),
    display_name: name,
    role: 'administrator',
    collection_scope: null,
    password_hash,
    is_disabled: 0,
    created_at: clock.now(),
    last_sign_in_at: null,
  };
}

function actorOf(user: UserRow) {
  return { userId: user.id, name: user.name };
}
