import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Inventory } from './inventory.ts';

/** What we know about a machine's power; `unreachable`: neither its agent nor its network answers. */
export const PowerState = Type.Union([
  Type.Literal('on'),
  Type.Literal('off'),
  Type.Literal('booting'),
  Type.Literal('restarting'),
  Type.Literal('unreachable'),
  Type.Literal('unknown'),
]);
export type PowerState = Static<typeof PowerState>;

/** All that rules, applicability and plans may ask about a machine. */
export const MachineFacts = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  name: Type.String({ minLength: 1, maxLength: 255 }),
  /** Null until the first report: every question about it then has the answer *unknown*. */
  inventory: Type.Union([Inventory, Type.Null()]),
  powerState: PowerState,
  /** The agent's socket is open. */
  isOnline: Type.Boolean(),
  lastSeenAt: Type.Union([Type.String(), Type.Null()]),
  /** What administrators wrote on it: `room`, `owner`, ... */
  properties: Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 1024 })),
});
export type MachineFacts = Static<typeof MachineFacts>;
