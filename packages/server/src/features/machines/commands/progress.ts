import type { ProgressBatch } from '@tenkai/protocol/agent/reports.ts';
import type { ProgressEntry } from '../events.ts';
import type { Deps } from '../needs.ts';

export interface Progress {
  /** Replaces what the machine said before. */
  take(machineId: string, batch: ProgressBatch): void;
  /** The latest figures of a run; undefined where there are none or they are old. */
  of(machineId: string, runId: string): ProgressEntry | undefined;
}

/** Agents send them every second or so; older ones say nothing about now. */
const staleAfterMs = 60_000;
/** Bounds the memory: the machine that spoke longest ago is forgotten first. */
const maxMachines = 50_000;

/** Figures of runs in progress, in memory only: after a restart of the server the next ones come within seconds. */
export function createProgress({ clock, events }: Pick<Deps, 'clock' | 'events'>): Progress {
  const latest = new Map<string, { at: number; runs: ProgressEntry[] }>();
  return {
    take(machineId, { runs }) {
      latest.delete(machineId);
      latest.set(machineId, { at: clock.now(), runs });
      if (latest.size > maxMachines) latest.delete(latest.keys().next().value as string);
      events.announce('machines.progress', { machineId, runs });
    },
    of(machineId, runId) {
      const found = latest.get(machineId);
      if (!found || clock.now() - found.at > staleAfterMs) return undefined;
      return found.runs.find((run) => run.runId === runId);
    },
  };
}
