import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentMsp } from '@tenkai/domain/agent-patch/agent-patch.ts';
import type { JudgedProgram } from '@tenkai/domain/agent-patch/judge-patch.ts';
import type { PropertyChange } from '@tenkai/domain/agent-patch/property-diff.ts';
import type { DataFolder } from '../data-folder.ts';
import { makeFolder, readJson, syncFolder, writeDurably } from '../durable-file.ts';

/** What is kept of a patch that was applied, in `patches/<id>/record.json`. */
export interface PatchRecord {
  readonly id: string;
  readonly title: string;
  readonly replaces: readonly string[];
  /** Counts up: the later one is taken back first. */
  readonly sequence: number;
  /** `applying`: it was interrupted, and is finished by the next look. */
  readonly state: 'applying' | 'applied';
  readonly appliedAt: string;
  /** Where it came from, as it was named. */
  readonly source: string;
  readonly programs: readonly (JudgedProgram & { readonly sha256: string })[];
  /** Names of programs that were not there before it. */
  readonly added?: readonly string[];
  /** What the administrator changed with it; taken back with it (AGENT-28). */
  readonly properties: readonly PropertyChange[];
  /** Windows Installer has applied it. */
  readonly msp?: AgentMsp;
}

const folderOf = (data: DataFolder) => join(data.root, 'patches');
const pathOf = (data: DataFolder, id: string, ...more: string[]) => join(folderOf(data), id, ...more);

/** Oldest first. */
export function readRecords(data: DataFolder): PatchRecord[] {
  const folder = folderOf(data);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => /^[A-Z]{2,8}\d{3,8}$/.test(name))
    .flatMap((id) => readJson<PatchRecord>(pathOf(data, id, 'record.json')) ?? [])
    .sort((one, other) => one.sequence - other.sequence);
}

export interface FormerProgram {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Keeps a patch and what it will replace, before anything is replaced. What was kept of the same one before stays. */
export function keepPatch(
  data: DataFolder,
  record: PatchRecord,
  files: Readonly<Record<string, Buffer>>,
  former: readonly FormerProgram[] = [],
): void {
  makeFolder(folderOf(data), 0o700);
  mkdirSync(pathOf(data, record.id, 'former'), { recursive: true, mode: 0o700 });
  // By rename: the copy that is kept may be the one that is read.
  for (const [name, bytes] of Object.entries(files)) write(data, record.id, name, bytes);
  for (const one of former) write(data, record.id, join('former', one.name), one.bytes);
  syncFolder(pathOf(data, record.id, 'former'));
  writeRecord(data, record);
  syncFolder(folderOf(data));
}

function write(data: DataFolder, id: string, name: string, bytes: Buffer): void {
  const temporary = pathOf(data, id, '.new');
  writeFileSync(temporary, bytes, { mode: 0o600, flush: true });
  renameSync(temporary, pathOf(data, id, name));
}

export function writeRecord(data: DataFolder, record: PatchRecord): void {
  writeDurably(pathOf(data, record.id, 'record.json'), `${JSON.stringify(record, null, 2)}\n`);
}

/** The path of what was kept with it. */
export const keptFile = (data: DataFolder, id: string, name: string) => pathOf(data, id, name);

/** Undefined: it is lost. */
export function keptPatch(data: DataFolder, id: string): Buffer | undefined {
  const file = pathOf(data, id, 'patch.tkp');
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** Undefined: it has replaced nothing of this name. */
export function formerProgram(data: DataFolder, id: string, name: string): Buffer | undefined {
  const file = pathOf(data, id, 'former', name);
  return existsSync(file) ? readFileSync(file) : undefined;
}

export function forgetPatch(data: DataFolder, id: string): void {
  rmSync(pathOf(data, id), { recursive: true, force: true });
}

export interface ListedPatch extends Omit<PatchRecord, 'state'> {
  readonly state: 'compliant' | 'partial' | 'absent' | 'superseded';
  readonly by: string | null;
}
