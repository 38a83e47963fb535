import type { Static } from 'typebox';
import * as Type from 'typebox';

/**
 * `POST /agent/v1/locate`: unauthenticated. A machine that has no site yet asks to which one it belongs. The answer is
 * an address and nothing more: it is believed only after its root key was the pinned one.
 */
export const LocateRequest = Type.Object({
  /** Of the machine, as its cards have them. */
  addresses: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 }),
  /** The site that was chosen on purpose; absent: boundaries decide. */
  siteCode: Type.Optional(Type.String({ pattern: '^[A-Z0-9]{3}$' })),
});
export type LocateRequest = Static<typeof LocateRequest>;

export const LocateReply = Type.Object({
  /** Null: no boundary that assigns machines holds one of the addresses, or the site is not known here. */
  found: Type.Union([
    Type.Object({
      siteCode: Type.String({ pattern: '^[A-Z0-9]{3}$' }),
      /** `https://host:port`; null: the address that was asked. */
      managementPoint: Type.Union([Type.String({ maxLength: 300 }), Type.Null()]),
      /** Name of the boundary; null: the site was chosen on purpose. */
      boundary: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
    }),
    Type.Null(),
  ]),
});
export type LocateReply = Static<typeof LocateReply>;
