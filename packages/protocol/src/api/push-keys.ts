import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Done, IdParams } from './paging.ts';
import { defineRoute } from './route.ts';

/** A key of the site with which it signs in at machines; the private half never leaves the server. */
export const PushKey = Type.Object({
  id: Type.String(),
  /** The line for authorized_keys. */
  publicKey: Type.String(),
  /** `SHA256:...`, as ssh-keygen shows it. */
  fingerprint: Type.String(),
  createdAt: Type.Integer(),
});
export type PushKey = Static<typeof PushKey>;

/** How a host key came to be believed. */
export const HostKeyOrigin = Type.Union([
  Type.Literal('approved'),
  Type.Literal('pasted'),
  Type.Literal('accept-new'),
]);
export type HostKeyOrigin = Static<typeof HostKeyOrigin>;

/** The keys by which a machine is known over SSH. */
export const HostKeys = Type.Object({
  id: Type.String(),
  /** As known_hosts has it: `web-1`, `[web-1]:2222`. */
  host: Type.String(),
  /** `SHA256:... (ED25519)` */
  fingerprints: Type.Array(Type.String()),
  origin: HostKeyOrigin,
  approvedBy: Type.String(),
  approvedAt: Type.Integer(),
});
export type HostKeys = Static<typeof HostKeys>;

export const pushKeyRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/push-keys',
    permission: 'push-agents',
    summary: "The site's own keys for pushes: their public halves.",
    reply: Type.Object({ items: Type.Array(PushKey) }),
  }),
  create: defineRoute({
    method: 'POST',
    path: '/api/v1/push-keys',
    permission: 'push-agents',
    summary:
      'Makes a key for pushes (Ed25519). There are two at most: a new one beside the one that it replaces.',
    reply: PushKey,
  }),
  remove: defineRoute({
    method: 'DELETE',
    path: '/api/v1/push-keys/:id',
    permission: 'push-agents',
    summary: 'Deletes a key for pushes, its private half too.',
    params: IdParams,
    reply: Done,
  }),
  listHosts: defineRoute({
    method: 'GET',
    path: '/api/v1/push-host-keys',
    permission: 'push-agents',
    summary: 'Host keys that are believed, with who said so.',
    reply: Type.Object({ items: Type.Array(HostKeys) }),
  }),
  removeHost: defineRoute({
    method: 'DELETE',
    path: '/api/v1/push-host-keys/:id',
    permission: 'push-agents',
    summary: 'Forgets the host keys of a machine; the next push asks about them again.',
    params: IdParams,
    reply: Done,
  }),
};
