import type { Static } from 'typebox';
import * as Type from 'typebox';
import { TroubleKind } from '../agent/fallback.ts';
import { Done, IdParams } from './paging.ts';
import { defineRoute } from './route.ts';

/** What a machine that cannot get in says of itself. Nothing of it was proved. */
export const LostMachine = Type.Object({
  id: Type.String(),
  name: Type.String(),
  /** From which it has spoken. */
  address: Type.String(),
  operatingSystem: Type.String(),
  agentVersion: Type.String(),
  kind: TroubleKind,
  code: Type.String(),
  detail: Type.String(),
  /** Whom it wanted to reach; empty: nobody was found. */
  server: Type.String(),
  /** By the site's clock, epoch milliseconds. */
  firstAt: Type.Integer(),
  lastAt: Type.Integer(),
});
export type LostMachine = Static<typeof LostMachine>;

export const fallbackRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/lost-machines',
    permission: 'manage-machines',
    summary: 'Machines that cannot get in, and what they told this fallback status point, latest first.',
    reply: Type.Object({ items: Type.Array(LostMachine) }),
  }),
  remove: defineRoute({
    method: 'DELETE',
    path: '/api/v1/lost-machines/:id',
    permission: 'manage-machines',
    summary: 'Forgets what a machine has said; it comes again when it says it again.',
    params: IdParams,
    reply: Done,
  }),
};
