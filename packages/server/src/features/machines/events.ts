import type { PowerState } from '@tenkai/domain';

declare module '../../kernel/events.ts' {
  interface EventMap {
    /** Something that lists and pages show: enrollment, name, properties, activity, agent version. */
    'machines.changed': { machineId: string };
    'machines.removed': { machineId: string };
    /** `attributes`: keys of `changedAttributes` (domain/collection); null: too many to name. */
    'machines.inventory-changed': { machineId: string; attributes: string[] | null };
    'machines.power-changed': { machineId: string; from: PowerState; to: PowerState };
    /** Announced, not stored: the agent's socket was opened or closed. */
    'machines.presence': { machineId: string; isOnline: boolean };
    /** Announced: the latest figures of runs in progress. */
    'machines.progress': { machineId: string; runs: ProgressEntry[] };
  }
}

export interface ProgressEntry {
  readonly runId: string;
  readonly attempt: number;
  readonly index: number | null;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly bytesPerSecond: number;
}
