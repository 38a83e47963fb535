import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Done, IdParams, Nullable, Page, pageQuery } from './paging.ts';
import { defineRoute } from './route.ts';

export const RoleSchema = Type.Union([
  Type.Literal('administrator'),
  Type.Literal('operator'),
  Type.Literal('viewer'),
]);

/** Sign-in name: letters and digits of any script, and `. _ - @`; compared without regard to case. */
export const UserName = Type.String({ minLength: 1, maxLength: 64, pattern: '^[\\p{L}\\p{N}._@-]+$' });
export const Password = Type.String({ minLength: 12, maxLength: 256 });
const OneTimeSecret = Type.String({ minLength: 20, maxLength: 128 });
/** Ids of collections; null: all machines. */
const CollectionScope = Nullable(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 200 }));

export const UserView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  displayName: Type.String(),
  role: RoleSchema,
  collectionScope: CollectionScope,
  isDisabled: Type.Boolean(),
  hasPassword: Type.Boolean(),
  createdAt: Type.Integer(),
  lastSignInAt: Nullable(Type.Integer()),
});
export type UserView = Static<typeof UserView>;

/** Who is signed in. A browser sends `csrf` as header `x-tenkai-csrf` with every request that changes something. */
export const SessionView = Type.Object({
  user: UserView,
  permissions: Type.Array(Type.String()),
  /** Empty for API tokens, which need none. */
  csrf: Type.String(),
});
export type SessionView = Static<typeof SessionView>;

export const getSetup = defineRoute({
  method: 'GET',
  path: '/api/v1/setup',
  permission: 'public',
  summary: 'Whether this site still waits for its first administrator.',
  reply: Type.Object({ isNeeded: Type.Boolean() }),
});

export const createFirstAdministrator = defineRoute({
  method: 'POST',
  path: '/api/v1/setup',
  permission: 'public',
  summary: 'Make the first administrator with the one-time token that the server printed; signs in.',
  body: Type.Object({ token: OneTimeSecret, name: UserName, password: Password }),
  reply: SessionView,
});

export const signIn = defineRoute({
  method: 'POST',
  path: '/api/v1/session',
  permission: 'public',
  summary: 'Sign in with name and password; sets the session cookie.',
  body: Type.Object({ name: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 256 }) }),
  reply: SessionView,
});

export const signInByLink = defineRoute({
  method: 'POST',
  path: '/api/v1/session/link',
  permission: 'public',
  summary: 'Sign in with a one-time link; sets the session cookie.',
  body: Type.Object({ token: OneTimeSecret }),
  reply: SessionView,
});

export const getSession = defineRoute({
  method: 'GET',
  path: '/api/v1/session',
  permission: 'self',
  summary: 'Who is signed in, and what they may do.',
  reply: SessionView,
});

export const signOut = defineRoute({
  method: 'DELETE',
  path: '/api/v1/session',
  permission: 'self',
  summary: 'End this session.',
  reply: Done,
});

export const changePassword = defineRoute({
  method: 'PUT',
  path: '/api/v1/session/password',
  permission: 'self',
  summary: 'Change the own password; ends the other sessions of the user.',
  body: Type.Object({
    /** Needed where the user has one. */
    currentPassword: Type.Optional(Type.String({ maxLength: 256 })),
    newPassword: Password,
  }),
  reply: Done,
});

export const createSignInLink = defineRoute({
  method: 'POST',
  path: '/api/v1/users/:id/sign-in-link',
  permission: 'self',
  summary: 'A one-time link for signing in: for oneself, or by an administrator for another user.',
  params: IdParams,
  reply: Type.Object({ token: Type.String(), path: Type.String(), expiresAt: Type.Integer() }),
});

export const listUsers = defineRoute({
  method: 'GET',
  path: '/api/v1/users',
  permission: 'manage-users',
  summary: 'Users by name.',
  query: Type.Object({ ...pageQuery, search: Type.Optional(Type.String({ maxLength: 100 })) }),
  reply: Page(UserView),
});

export const createUser = defineRoute({
  method: 'POST',
  path: '/api/v1/users',
  permission: 'manage-users',
  summary: 'Make a user; without a password they sign in by a one-time link first.',
  body: Type.Object({
    name: UserName,
    displayName: Type.Optional(Type.String({ maxLength: 100 })),
    role: RoleSchema,
    collectionScope: Type.Optional(CollectionScope),
    password: Type.Optional(Password),
  }),
  reply: UserView,
});

export const changeUser = defineRoute({
  method: 'PATCH',
  path: '/api/v1/users/:id',
  permission: 'manage-users',
  summary: 'Change role, collection scope or display name, disable or enable.',
  params: IdParams,
  body: Type.Object({
    displayName: Type.Optional(Type.String({ maxLength: 100 })),
    role: Type.Optional(RoleSchema),
    collectionScope: Type.Optional(CollectionScope),
    isDisabled: Type.Optional(Type.Boolean()),
  }),
  reply: UserView,
});

export const setUserPassword = defineRoute({
  method: 'PUT',
  path: '/api/v1/users/:id/password',
  permission: 'manage-users',
  summary: 'Set a new password for a user; ends their sessions.',
  params: IdParams,
  body: Type.Object({ newPassword: Password }),
  reply: Done,
});

export const deleteUser = defineRoute({
  method: 'DELETE',
  path: '/api/v1/users/:id',
  permission: 'manage-users',
  summary: 'Delete a user with their sessions and API tokens; the audit log keeps their acts.',
  params: IdParams,
  reply: Done,
});

export const ApiTokenView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  /** The token can do what this role and the user's own role both allow. */
  role: RoleSchema,
  createdAt: Type.Integer(),
  expiresAt: Nullable(Type.Integer()),
  lastUsedAt: Nullable(Type.Integer()),
});
export type ApiTokenView = Static<typeof ApiTokenView>;

export const listApiTokens = defineRoute({
  method: 'GET',
  path: '/api/v1/tokens',
  permission: 'self',
  summary: 'The own API tokens, without their secrets.',
  reply: Type.Object({ items: Type.Array(ApiTokenView) }),
});

export const createApiToken = defineRoute({
  method: 'POST',
  path: '/api/v1/tokens',
  permission: 'self',
  summary: 'Make an API token; its secret is shown this once.',
  body: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 100 }),
    role: RoleSchema,
    /** Null: it does not expire. */
    expiresInDays: Nullable(Type.Integer({ minimum: 1, maximum: 3650 })),
  }),
  reply: Type.Object({ token: ApiTokenView, secret: Type.String() }),
});

export const revokeApiToken = defineRoute({
  method: 'DELETE',
  path: '/api/v1/tokens/:id',
  permission: 'self',
  summary: 'Revoke one of the own API tokens.',
  params: IdParams,
  reply: Done,
});
