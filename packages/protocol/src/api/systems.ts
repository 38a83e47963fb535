import { Capability, SystemMatch, SystemRow, Verdict } from '@tenkai/domain/os-matrix/system-row.ts';
import * as Type from 'typebox';
import { IdParams, Nullable } from './paging.ts';
import { defineRoute } from './route.ts';

export const systemRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/systems',
    permission: 'view',
    summary:
      'The matrix of operating systems: what is supported on which, with reasons and cautions (BOSM-01).',
    query: Type.Object({
      search: Type.Optional(Type.String({ maxLength: 255 })),
      capability: Type.Optional(Capability),
      verdict: Type.Optional(Verdict),
    }),
    reply: Type.Object({
      /** Changes with every change of the rows. */
      dataVersion: Type.String(),
      items: Type.Array(SystemRow),
    }),
  }),
  get: defineRoute({
    method: 'GET',
    path: '/api/v1/systems/:key',
    permission: 'view',
    summary: 'One row of the matrix.',
    params: Type.Object({ key: Type.String({ minLength: 1, maxLength: 160 }) }),
    reply: SystemRow,
  }),
  ofMachine: defineRoute({
    method: 'GET',
    path: '/api/v1/machines/:id/system',
    permission: 'view',
    summary: "A machine's row of the matrix, with the notes that hold at its service pack.",
    params: IdParams,
    /** Null: the machine has not reported its inventory yet. */
    reply: Type.Object({ match: Nullable(SystemMatch) }),
  }),
};
