import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Reason } from '../scenario/frozen-step.ts';
import { OperatingSystemEntry } from '../software/operating-system-list.ts';

/** What one may want to do with a machine of a system. */
export const capabilities = [
  'agent',
  'server',
  'package-deployment',
  'power',
  'multicast',
  'image-backup',
  'image-restore',
  'netboot',
] as const;
export type Capability = (typeof capabilities)[number];
export const Capability = Type.Unsafe<Capability>(Type.Union(capabilities.map((name) => Type.Literal(name))));

/**
 * `planned`: not promised in this release, because it is missing or nobody has seen it there; nothing of the system
 * stands against it, so nothing is refused.
 * `simulated`: only on machines of a simulated fleet.
 */
export const verdicts = ['supported', 'planned', 'simulated', 'unsupported'] as const;
export type Verdict = (typeof verdicts)[number];
export const Verdict = Type.Unsafe<Verdict>(Type.Union(verdicts.map((name) => Type.Literal(name))));

export const CapabilityAnswer = Type.Object({
  verdict: Verdict,
  /** Why it is not simply supported; null where it is. */
  reason: Type.Union([Reason, Type.Null()]),
});
export type CapabilityAnswer = Static<typeof CapabilityAnswer>;

/** A caution of a system: something that an administrator must know before the act that it is about. */
export const SystemNote = Type.Object({
  reason: Reason,
  about: Capability,
  /** Only at these service packs, 0 being *none*; absent: at every one. */
  levels: Type.Optional(Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 })),
});
export type SystemNote = Static<typeof SystemNote>;

/** How the firewall of the system stands after its own installation; `none`: it brings none. */
export const FirewallDefault = Type.Union([Type.Literal('on'), Type.Literal('off'), Type.Literal('none')]);
export type FirewallDefault = Static<typeof FirewallDefault>;

/** One row of the matrix: a row of the operating-system list with what is possible on it (BOSM-01). */
export const SystemRow = Type.Object({
  /** Names the row in addresses and commands: `debian-12-x64`, `windows-xp-x86`. */
  key: Type.String(),
  ...OperatingSystemEntry.properties,
  firewall: FirewallDefault,
  /** The first release whose agent runs there (BOSM-15); null: none does. */
  minimumVersion: Type.Union([Type.String(), Type.Null()]),
  capabilities: Type.Object({
    agent: CapabilityAnswer,
    server: CapabilityAnswer,
    'package-deployment': CapabilityAnswer,
    power: CapabilityAnswer,
    multicast: CapabilityAnswer,
    'image-backup': CapabilityAnswer,
    'image-restore': CapabilityAnswer,
    netboot: CapabilityAnswer,
  }),
  notes: Type.Array(SystemNote),
});
export type SystemRow = Static<typeof SystemRow>;

/** A machine's system as the matrix sees it. */
export const SystemMatch = Type.Object({
  /** Null: the system is unlisted, which is allowed and no mistake. */
  row: Type.Union([SystemRow, Type.Null()]),
  /** The row's notes that hold at the service pack of this machine. */
  notes: Type.Array(SystemNote),
  /** What of it the matrix does not know: the system, its service pack, its edition. */
  warnings: Type.Array(Reason),
});
export type SystemMatch = Static<typeof SystemMatch>;
