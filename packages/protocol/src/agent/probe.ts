import type { Static } from 'typebox';
import * as Type from 'typebox';

/**
 * `POST /agent/v1/probe`: the machine asks its site to send it something by multicast, and to ask its host by echo
 * (BFWL-30). `key` seals the datagrams, so that nobody else's are taken for them: 32 random bytes, base64.
 */
export const ProbeAsk = Type.Object({ key: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }) });
export type ProbeAsk = Static<typeof ProbeAsk>;

export const ProbeReply = Type.Object({
  /** Where the datagrams go from now on for `forMs`; null: nothing is sent. */
  multicast: Type.Union([
    Type.Object({ group: Type.String(), port: Type.Integer(), forMs: Type.Integer() }),
    Type.Null(),
  ]),
  /** Why nothing is sent: `off`, `busy`, or why the site cannot. */
  refusal: Type.Union([Type.String(), Type.Null()]),
  /** The address from which the machine came, and whether its host answers echo requests there. */
  address: Type.String(),
  echo: Type.Boolean(),
});
export type ProbeReply = Static<typeof ProbeReply>;
