import type { AssignmentJudgement } from '@tenkai/domain/assignment/assignment.ts';
import type { DataFolder } from '../data-folder.ts';
import { readJson, writeDurably } from '../durable-file.ts';
import { readSettings, type Settings, writeSettings } from '../settings.ts';

/** The latest search for a site. */
export interface AssignmentRecord extends Omit<AssignmentJudgement, 'next'> {
  /** Epoch milliseconds. */
  readonly at: number;
}

export function readAssignment(data: DataFolder): AssignmentRecord | undefined {
  return readJson<AssignmentRecord>(data.assignment);
}

/** Keeps what was found; the address of the site is a setting from then on, until the next search finds another. */
export function keepAssignment(
  data: DataFolder,
  { steps, assignment }: AssignmentJudgement,
  at: number,
): void {
  writeDurably(
    data.assignment,
    `${JSON.stringify({ at, steps, assignment } satisfies AssignmentRecord)}\n`,
    0o644,
  );
  if (!assignment) return;
  const settings = readSettings(data);
  const { foundBy: _, ...given } = settings.assignment ?? {};
  const foundBy = assignment.source === 'given' ? {} : { foundBy: assignment.source };
  const { url: server, rootFingerprint } = assignment;
  const pin = rootFingerprint === undefined ? {} : { rootFingerprint };
  const changed: Settings = { ...settings, ...pin, server, assignment: { ...given, ...foundBy } };
  if (JSON.stringify(changed) !== JSON.stringify(settings)) writeSettings(data, changed);
}
