import type { Tx } from '../../kernel/database/database.ts';

/**
 * Who must know of a change in the very transaction that makes it, so that neither exists without the other.
 * Collections write down there what they have to judge again.
 */
export interface ChangeObserver {
  /** `attributes`: keys of `changedAttributes` (domain/collection); null: anything, enrollment included. */
  changed(tx: Tx, machineId: string, attributes: ReadonlySet<string> | null): Promise<void>;
  removed(tx: Tx, machineId: string): Promise<void>;
  /** Whether anything depends on the attribute; asked for those that change too often to be told for nothing. */
  isInterestedIn(attribute: string): boolean;
}

export interface Changes extends ChangeObserver {
  observe(observer: ChangeObserver): void;
}

export function createChanges(): Changes {
  const observers: ChangeObserver[] = [];
  return {
    observe: (observer) => void observers.push(observer),
    async changed(tx, machineId, attributes) {
      for (const observer of observers) await observer.changed(tx, machineId, attributes);
    },
    async removed(tx, machineId) {
      for (const observer of observers) await observer.removed(tx, machineId);
    },
    isInterestedIn: (attribute) => observers.some((observer) => observer.isInterestedIn(attribute)),
  };
}
