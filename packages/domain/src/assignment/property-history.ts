import { diffProperties } from '../agent-patch/property-diff.ts';

/**
 * What brought a change. `other`: nobody said so, such as a settings file that was edited, or an installer of before;
 * it is found by comparing.
 */
export type PropertyOrigin = 'installation' | 'assign' | 'patch' | 'rollback' | 'other';

/** One change of one property of an agent (AGENT-29). */
export interface PropertyEvent {
  /** Counts up from 1 on each machine. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly name: string;
  /** Null: it was not there. */
  readonly from: string | null;
  /** Null: it is gone. */
  readonly to: string | null;
  readonly origin: PropertyOrigin;
  /** Of the agent that was installed then. */
  readonly version: string;
}

export interface PropertyHistory {
  /** As they were when the last event was noted. */
  readonly values: Readonly<Record<string, string>>;
  /** Oldest first. */
  readonly events: readonly PropertyEvent[];
}

export const noHistory: PropertyHistory = { values: {}, events: [] };

const mostEvents = 500;

/** @param meant properties that somebody took away by name: no installation has lost them */
export function noteProperties(
  { values: before, events }: PropertyHistory,
  values: Readonly<Record<string, string>>,
  told: Pick<PropertyEvent, 'at' | 'origin' | 'version'>,
  meant: readonly string[] = [],
): PropertyHistory {
  const last = events.at(-1)?.number ?? 0;
  const { at, version } = told;
  const originOf = (name: string) => (meant.includes(name) ? 'assign' : told.origin);
  const added = diffProperties(before, values)
    .filter(({ state }) => state !== 'kept')
    .map(({ name, from, to }, index) => ({
      ...{ number: last + 1 + index, at, name, from, to },
      ...{ origin: originOf(name), version },
    }));
  return { values, events: [...events, ...added].slice(-mostEvents) };
}

/**
 * Whether a property was lost with an installation or a patch: whoever assigns anew, or takes a patch back, means it. A hold is
 * there to end, such as with the image that was made meanwhile.
 */
export function isLoss({ name, to, origin }: Pick<PropertyEvent, 'name' | 'to' | 'origin'>): boolean {
  return to === null && name !== 'HOLD' && origin !== 'assign' && origin !== 'rollback';
}

/** Status messages of an agent about its properties; their object is `property:NAME`. */
export const propertyMessages = {
  changed: 'machine.agent-property-changed',
  lost: 'machine.agent-property-lost',
} as const;
