import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Done, IdParams, Nullable } from './paging.ts';
import { defineRoute } from './route.ts';

/** A part of the network and the site of the machines in it (SITE-16). */
export const BoundaryDraft = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  /** `10.1.0.0/16`, `2001:db8::/32`, or `10.1.0.5-10.1.0.99`. */
  range: Type.String({ minLength: 1, maxLength: 100 }),
  siteCode: Type.String({ pattern: '^[A-Z0-9]{3}$' }),
  /** `https://host:port` of that site; null: this site's server, at the address at which it is asked. */
  managementPoint: Nullable(Type.String({ minLength: 1, maxLength: 300 })),
  /** False: it is known, and assigns nobody. */
  isForAssignment: Type.Boolean(),
});
export type BoundaryDraft = Static<typeof BoundaryDraft>;

export const BoundaryRow = Type.Object({ id: Type.String(), ...BoundaryDraft.properties });
export type BoundaryRow = Static<typeof BoundaryRow>;

/** How another boundary lies to this one: the same addresses, this one inside of it or around it, or both with a part of their own. */
export const BoundaryOverlap = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: Type.Union([
    Type.Literal('same'),
    Type.Literal('within'),
    Type.Literal('holds'),
    Type.Literal('crosses'),
  ]),
});
export type BoundaryOverlap = Static<typeof BoundaryOverlap>;

export const BoundaryListRow = Type.Object({
  ...BoundaryRow.properties,
  /** At most fifty. */
  overlaps: Type.Array(BoundaryOverlap),
});
export type BoundaryListRow = Static<typeof BoundaryListRow>;

/** A machine whose known address lies in the boundary. */
export const BoundaryMachine = Type.Object({
  machineId: Type.String(),
  machineName: Type.String(),
  address: Type.String(),
  /** The boundary that the locator would go by; null: none that assigns machines. */
  heldBy: Nullable(Type.Object({ id: Type.String(), name: Type.String() })),
});
export type BoundaryMachine = Static<typeof BoundaryMachine>;

export const boundaryRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/boundaries',
    permission: 'view',
    summary: 'Boundaries by which the locator tells machines their site.',
    reply: Type.Object({ items: Type.Array(BoundaryListRow) }),
  }),
  create: defineRoute({
    method: 'POST',
    path: '/api/v1/boundaries',
    permission: 'manage-site',
    summary: 'Adds a boundary.',
    body: BoundaryDraft,
    reply: BoundaryRow,
  }),
  update: defineRoute({
    method: 'PUT',
    path: '/api/v1/boundaries/:id',
    permission: 'manage-site',
    summary: 'Changes a boundary.',
    params: IdParams,
    body: BoundaryDraft,
    reply: BoundaryRow,
  }),
  remove: defineRoute({
    method: 'DELETE',
    path: '/api/v1/boundaries/:id',
    permission: 'manage-site',
    summary: 'Removes a boundary; machines that have their site by it keep it.',
    params: IdParams,
    reply: Done,
  }),
  machines: defineRoute({
    method: 'GET',
    path: '/api/v1/boundaries/:id/machines',
    permission: 'view',
    summary: 'Machines of this site whose address lies in the boundary.',
    params: IdParams,
    query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) }),
    reply: Type.Object({
      /** By name. */
      items: Type.Array(BoundaryMachine),
      /** Also of those that are not listed. */
      total: Type.Integer(),
    }),
  }),
  locate: defineRoute({
    method: 'POST',
    path: '/api/v1/boundaries/locate',
    permission: 'view',
    summary: 'What the locator would answer to a machine with these addresses.',
    body: Type.Object({
      addresses: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 64 }),
    }),
    reply: Type.Object({
      found: Nullable(
        Type.Object({
          siteCode: Type.String(),
          managementPoint: Nullable(Type.String()),
          boundary: Nullable(Type.String()),
        }),
      ),
    }),
  }),
};
