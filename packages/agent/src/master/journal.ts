import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  MasterFinding,
  MasterMode,
  MasterProfile,
  MasterStepId,
  SiteValues,
} from '@tenkai/domain/master/index.ts';
import type { DataFolder } from '../data-folder.ts';
import { makeFolder, readIfThere, syncFolder, writeAll } from '../durable-file.ts';
import { journalLine, parseJournal } from '../engine/journal-text.ts';

/** What a preparation was begun with. Without anything that names the machine: it lies in the image. */
export interface MasterPlan {
  readonly mode: MasterMode;
  readonly profile: MasterProfile;
  readonly siteValues: SiteValues;
  /** Root fingerprint that the image carries on purpose. */
  readonly pin: string | null;
}

export type MasterEvent =
  | {
      readonly event: 'begun';
      readonly plan: MasterPlan;
      readonly agentVersion: string;
      readonly hasMetSite: boolean;
    }
  | { readonly event: 'step-started'; readonly step: MasterStepId }
  | {
      readonly event: 'step-finished';
      readonly step: MasterStepId;
      readonly outcome: 'done' | 'not-needed';
      /** Why it was not needed; empty else. */
      readonly reason: string;
      /** How much was changed; what exactly was said to the operator, for it names the machine. */
      readonly changes: number;
    }
  | { readonly event: 'finished'; readonly findings: readonly MasterFinding[] };
export type MasterEntry = MasterEvent & { readonly line: number; readonly at: number };

const fileOf = (data: DataFolder) => join(data.root, 'master', 'journal');

/** @throws Failure journal-corrupt */
export function readMasterJournal(data: DataFolder): readonly MasterEntry[] {
  if (readIfThere(fileOf(data)) === undefined) return [];
  return parseJournal<MasterEntry>(readFileSync(fileOf(data)), 'master').entries;
}

/** Each line is on the disk when this returns; the line that a crash tore is cut off first (law 9). */
export function appendToMasterJournal(data: DataFolder, now: number, event: MasterEvent): void {
  const file = fileOf(data);
  makeFolder(join(data.root, 'master'), 0o700);
  const handle = openSync(file, 'a+', 0o600);
  try {
    const { entries, soundBytes } = parseJournal<MasterEntry>(readFileSync(file), 'master');
    ftruncateSync(handle, soundBytes);
    writeAll(handle, journalLine<MasterEntry>({ line: entries.length + 1, at: now, ...event }));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  syncFolder(join(data.root, 'master'));
}

/** Where the preparation stands that was begun last. */
export interface Round {
  readonly plan: MasterPlan;
  readonly hasMetSite: boolean;
  readonly begunAt: number;
  readonly agentVersion: string;
  readonly done: ReadonlySet<MasterStepId>;
  readonly steps: readonly Extract<MasterEntry, { event: 'step-finished' }>[];
  readonly finishedAt: number | null;
  /** From then on the stopped service starts with the system, as it is wanted; also where a crash came in between. */
  readonly hasBegunStartType: boolean;
  /** How many preparations of this machine and of those from which it was cloned were finished. */
  readonly finishedRounds: number;
}

export function lastRound(entries: readonly MasterEntry[]): Round | null {
  const from = entries.findLastIndex(({ event }) => event === 'begun');
  const begun = entries[from];
  if (begun?.event !== 'begun') return null;
  const since = entries.slice(from);
  const steps = since.filter((entry) => entry.event === 'step-finished');
  const { plan, hasMetSite, agentVersion, at } = begun;
  return {
    plan,
    hasMetSite,
    begunAt: at,
    agentVersion,
    done: new Set(steps.map(({ step }) => step)),
    steps,
    finishedAt: since.findLast(({ event }) => event === 'finished')?.at ?? null,
    hasBegunStartType: since.some((entry) => entry.event === 'step-started' && entry.step === 'start-type'),
    finishedRounds: entries.filter(({ event }) => event === 'finished').length,
  };
}
