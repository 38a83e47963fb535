import { Failure } from '@tenkai/domain/failure.ts';
import * as api from '@tenkai/protocol/api/users.ts';
import type { FastifyReply } from 'fastify';
import { readSessionCookie, sessionCookie } from '../../kernel/access/access.ts';
import { requirePermission } from '../../kernel/access/caller.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { createApiToken, revokeApiToken } from './api-tokens.ts';
import { sessionMs } from './identify.ts';
import {
  createFirstAdministrator,
  createLink,
  type NewSession,
  type SessionDeps,
  signIn,
  signInByLink,
  signOut,
} from './sessions.ts';
import { countUsers, findUser, listTokens, type UserRow } from './users.store.ts';
import { changeOwnPassword, changeUser, createUser, deleteUser, setPassword } from './users.ts';
import { listUsers, toSessionView, toTokenView, toUserView } from './users.views.ts';

const done = { ok: true } as const;

export function addUserRoutes(kernel: Kernel, deps: SessionDeps) {
  addSessionRoutes(kernel, deps);
  addOwnRoutes(kernel, deps);
  addAdministrationRoutes(kernel);
}

function addSessionRoutes({ http, db, access }: Kernel, deps: SessionDeps) {
  http.publicRoute(api.getSetup, async () => ({ isNeeded: (await countUsers(db.read)) === 0 }));
  http.publicRoute(api.createFirstAdministrator, async ({ body, request, reply }) =>
    enter(reply, await createFirstAdministrator(deps, { ...body, address: request.ip })),
  );
  http.publicRoute(api.signIn, async ({ body, request, reply }) =>
    enter(reply, await signIn(deps, { ...body, address: request.ip })),
  );
  http.publicRoute(api.signInByLink, async ({ body, request, reply }) =>
    enter(reply, await signInByLink(deps, { ...body, address: request.ip })),
  );
  http.route(api.getSession, async ({ caller, request }) => {
    const user = (await findUser(db.read, caller.userId)) as UserRow;
    return toSessionView(user, caller.role, await access.csrfOf(request));
  });
  http.route(api.signOut, async ({ caller, request, reply }) => {
    await signOut(deps, caller, readSessionCookie(request) ?? '');
    setCookie(reply, '', 0);
    return done;
  });
}

function addOwnRoutes({ http, db }: Kernel, deps: SessionDeps) {
  http.route(api.changePassword, async ({ caller, body, request }) => {
    const sessionSecret = readSessionCookie(request);
    await changeOwnPassword(deps, caller, {
      current: body.currentPassword,
      next: body.newPassword,
      sessionSecret,
    });
    return done;
  });
  http.route(api.createSignInLink, async ({ caller, params }) => {
    if (params.id !== caller.userId) requirePermission(caller, 'manage-users');
    const user = await findUser(db.read, params.id);
    if (!user) throw new Failure('not-found', { what: 'user', id: params.id });
    const { token, expiresAt } = await createLink(deps, caller, user);
    return { token, path: `/sign-in#${token}`, expiresAt };
  });
  http.route(api.listApiTokens, async ({ caller }) => ({
    items: (await listTokens(db.read, caller.userId)).map(toTokenView),
  }));
  http.route(api.createApiToken, async ({ caller, body }) => {
    const { token, secret } = await createApiToken(deps, caller, body);
    return { token: toTokenView(token), secret };
  });
  http.route(api.revokeApiToken, async ({ caller, params }) => {
    await revokeApiToken(deps, caller, params.id);
    return done;
  });
}

function addAdministrationRoutes(kernel: Kernel) {
  const { http, db } = kernel;
  http.route(api.listUsers, ({ query }) => listUsers(db.read, query));
  http.route(api.createUser, async ({ caller, body }) => toUserView(await createUser(kernel, caller, body)));
  http.route(api.changeUser, async ({ caller, params, body }) => {
    await changeUser(kernel, caller, params.id, body);
    return toUserView((await findUser(db.read, params.id)) as UserRow);
  });
  http.route(api.setUserPassword, async ({ caller, params, body }) => {
    await setPassword(kernel, caller, params.id, body.newPassword);
    return done;
  });
  http.route(api.deleteUser, async ({ caller, params }) => {
    await deleteUser(kernel, caller, params.id);
    return done;
  });
}

function enter(reply: FastifyReply, { secret, csrf, user }: NewSession) {
  setCookie(reply, secret, sessionMs / 1000);
  return toSessionView(user, user.role, csrf);
}

/** Strict: no other site's link or form ever carries it (RFC 6265bis). The server ends sessions, not the browser. */
function setCookie(reply: FastifyReply, value: string, maxAgeSeconds: number) {
  reply.header(
    'set-cookie',
    `${sessionCookie}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; Secure; SameSite=Strict`,
  );
}
