import type { Static } from 'typebox';
import * as Type from 'typebox';

/** What keeps a machine out: no site was found, nobody answers, a certificate is not the pinned one, the site said no. */
export const TroubleKind = Type.Union([
  Type.Literal('assignment'),
  Type.Literal('connection'),
  Type.Literal('certificate'),
  Type.Literal('enrollment'),
]);
export type TroubleKind = Static<typeof TroubleKind>;

export const Trouble = Type.Object({
  kind: TroubleKind,
  /** Stable code of the refusal. */
  code: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }),
  /** What was seen, such as ECONNREFUSED. */
  detail: Type.String({ maxLength: 300 }),
  /** `https://host:port` of whom the machine wanted to reach; empty: it knows nobody. */
  server: Type.String({ maxLength: 300 }),
  /** By the machine's clock, epoch milliseconds. */
  since: Type.Integer(),
});
export type Trouble = Static<typeof Trouble>;

/**
 * `POST /agent/v1/fallback`: unauthenticated, small, limited. A machine that cannot get in says why, to the fallback
 * status point that it was given (AGENT-13). Of a machine the latest word counts. Nobody has proved who he is: what
 * arrives here is shown, and nothing else is done with it.
 */
export const FallbackReport = Type.Object({
  /** Random, kept by the machine: who does not know it cannot change what that machine has said. */
  sender: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
  name: Type.String({ minLength: 1, maxLength: 255 }),
  agentVersion: Type.String({ maxLength: 64 }),
  operatingSystem: Type.String({ maxLength: 255 }),
  /** Null: it has got in. */
  trouble: Type.Union([Trouble, Type.Null()]),
});
export type FallbackReport = Static<typeof FallbackReport>;

export const FallbackReply = Type.Object({ ok: Type.Boolean() });
