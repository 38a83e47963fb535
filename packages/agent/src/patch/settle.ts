import { parsePatchList } from '@tenkai/domain/hotfix/patch-list.ts';
import { type OpenedPatch, openPatch } from '@tenkai/protocol/agent/patch.ts';
import { propertyValues, withProperties } from '../assignment/with-properties.ts';
import type { DataFolder } from '../data-folder.ts';
import { readSettings, writeSettings } from '../settings.ts';
import { applyPatch, carryOut, judge, type PatchDeps } from './apply.ts';
import { withoutPatch } from './patch-property.ts';
import { forgetPatch, keptPatch, type PatchRecord, readRecords } from './store.ts';

export interface Settled {
  /** Applied now, because PATCH= names them. */
  readonly applied: readonly string[];
  /** The package manager, or a power cut, has left them incomplete. */
  readonly repaired: readonly string[];
  /** The agent that is installed now holds them, or is of another line. */
  readonly forgotten: readonly string[];
  /** What was kept of them is damaged, or of a site that is no longer trusted: they stay as they are. */
  readonly left: readonly string[];
}

/**
 * After a package manager was at work: patches that an installation over the same version has undone are applied again,
 * those that a newer version holds are forgotten, and those that PATCH= names and nobody has applied yet are applied.
 * @throws Failure as applyPatch, for the first that cannot be
 * Source: AGENT-07, AGENT-14, HOTFIX-25.
 */
export async function settlePatches(deps: PatchDeps): Promise<Settled> {
  const [repaired, forgotten, left]: [string[], string[], string[]] = [[], [], []];
  const opened = new Map<string, Kept>();
  for (const record of readRecords(deps.data)) {
    const kept = await openKept(deps, record);
    if (kept) opened.set(record.id, kept);
    else left.push(record.id);
  }
  // The latest first: what is newer may be so by a later patch, with which an earlier one may be taken back.
  for (const record of readRecords(deps.data).reverse())
    if (forgetNeedless(deps, record, opened.get(record.id))) forgotten.push(record.id);
  for (const record of readRecords(deps.data))
    if (repair(deps, record, opened.get(record.id))) repaired.push(record.id);
  const { assignment } = readSettings(deps.data);
  return { applied: await applyGiven(deps, assignment?.patch ?? ''), repaired, forgotten, left };
}

interface Kept {
  readonly bytes: Buffer;
  readonly opened: OpenedPatch;
}

/** Undefined where it cannot be believed any more. */
async function openKept({ data }: PatchDeps, { id }: PatchRecord): Promise<Kept | undefined> {
  const { rootFingerprint } = readSettings(data);
  const bytes = keptPatch(data, id);
  if (!bytes) return undefined;
  const opened = await openPatch(bytes, { file: id, rootFingerprint }).catch(() => undefined);
  return opened?.patch.id === id ? { bytes, opened } : undefined;
}

/** A patch that cannot be applied is told once, and asked for no more: it must not stop every later installation. */
async function applyGiven(deps: PatchDeps, list: string): Promise<string[]> {
  const known = new Set(readRecords(deps.data).flatMap(({ id, source }) => [id, source]));
  const wanted = parsePatchList(list, { takesIds: true }).files.filter(({ path }) => !known.has(path));
  const applied: string[] = [];
  for (const { path } of wanted) {
    try {
      const { id, isDone } = await applyPatch(deps, path);
      if (!isDone) applied.push(id);
    } catch (error) {
      writeSettings(deps.data, withoutPatch(readSettings(deps.data), path));
      throw error;
    }
  }
  return applied;
}

/** Those that came after it must not refuse it: they are judged after it. */
function judgeAgain(deps: PatchDeps, record: PatchRecord, { opened }: Kept) {
  const records = readRecords(deps.data);
  const earlier = records.filter(({ sequence }) => sequence < record.sequence);
  return { judged: judge(deps, opened, earlier), isLatest: records.at(-1)?.id === record.id };
}

function forgetNeedless(deps: PatchDeps, record: PatchRecord, kept: Kept | undefined): boolean {
  if (!kept) return false;
  const { data } = deps;
  const { judged, isLatest } = judgeAgain(deps, record, kept);
  const isHeld = isLatest && judged.programs.every(({ act }) => act === 'keep-newer');
  const wasWritten = record.programs.some(({ act }) => act !== 'keep-newer');
  if (!judged.refusal && !(isHeld && wasWritten)) return false;
  forgetPatch(data, record.id);
  writeSettings(data, withoutPatch(readSettings(data), record.source));
  return true;
}

function repair(deps: PatchDeps, record: PatchRecord, kept: Kept | undefined): boolean {
  if (!kept) return false;
  const { judged } = judgeAgain(deps, record, kept);
  if (judged.state === 'compliant' && record.state === 'applied') return false;
  carryOut(deps, { ...kept, judged, source: record.source, properties: [], before: record });
  if (record.state === 'applying') finishProperties(deps.data, record.properties);
  return true;
}

/** What was to be changed with it, where the interruption came before that; what was changed since stays. */
function finishProperties(data: DataFolder, changes: PatchRecord['properties']): void {
  const settings = readSettings(data);
  const now = propertyValues(settings);
  const open = changes.filter(({ name, from }) => (now[name] ?? null) === from);
  const wanted = Object.fromEntries(open.map(({ name, to }) => [name, to]));
  if (open.length > 0) writeSettings(data, withProperties(settings, wanted, {}));
}
