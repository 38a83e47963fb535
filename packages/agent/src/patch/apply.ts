import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAgentPatchId } from '@tenkai/domain/agent-patch/agent-patch.ts';
import {
  type AppliedPatch,
  type JudgedPatch,
  type JudgedProgram,
  judgeAgentPatch,
} from '@tenkai/domain/agent-patch/judge-patch.ts';
import {
  diffProperties,
  joinChanges,
  type PropertyChange,
} from '@tenkai/domain/agent-patch/property-diff.ts';
import { checkedProperties } from '@tenkai/domain/assignment/properties.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { type OpenedPatch, openPatch } from '@tenkai/protocol/agent/patch.ts';
import { noteHistory } from '../assignment/property-history.ts';
import { propertyValues, withProperties } from '../assignment/with-properties.ts';
import type { DataFolder } from '../data-folder.ts';
import { readSettings, writeSettings } from '../settings.ts';
import { agentVersion } from '../version.ts';
import { installedPrograms, placeProgram, versionOf } from './programs.ts';
import { isMsp, readSource } from './read-source.ts';
import { formerProgram, keepPatch, type PatchRecord, readRecords, writeRecord } from './store.ts';

export interface PatchDeps {
  readonly data: DataFolder;
  /** Folder of the agent's programs. */
  readonly programs: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** For which patches are judged; absent: this one. */
  readonly system?: string;
}

export interface PatchPlan {
  readonly id: string;
  readonly title: string;
  /** Of its programs before anything was done. */
  readonly state: JudgedPatch['state'];
  readonly programs: JudgedPatch['programs'];
  readonly properties: readonly PropertyChange[];
  /** Nothing is to be done: it is applied already, and whole. */
  readonly isDone: boolean;
}

export interface ApplyOptions {
  /** `NAME=VALUE`: changed on purpose, with the patch. All others stay (AGENT-27). */
  readonly words?: readonly string[];
  readonly dryRun?: boolean;
}

/**
 * Applies a patch: nothing is changed before it was believed and judged; what it replaces and what it changes of the
 * properties is kept, to be taken back. Interrupted, it is finished by `settle`.
 * @param source absolute path, https address, or the id of a patch that the site has
 * @throws Failure as openPatch, readSource and judgeAgentPatch; properties-invalid
 * Source: AGENT-14, AGENT-28, HOTFIX-06, HOTFIX-25, HOTFIX-29.
 */
export async function applyPatch(
  deps: PatchDeps,
  source: string,
  { words = [], dryRun = false }: ApplyOptions = {},
): Promise<PatchPlan> {
  const { data } = deps;
  if (isMsp(source))
    throw new Failure('agent-patch-system', { id: source, wanted: 'windows', actual: process.platform });
  const settings = readSettings(data);
  const bytes = await readSource(settings, source);
  const opened = await openPatch(bytes, { file: source, rootFingerprint: settings.rootFingerprint });
  refuseOther(source, opened.patch.id);
  const judged = judge(deps, opened, readRecords(data));
  if (judged.refusal) throw new Failure(judged.refusal.code, judged.refusal.params);
  const wanted = withProperties(settings, checkedProperties(words), {});
  const properties = diffProperties(propertyValues(settings), propertyValues(wanted));
  const { id, title } = opened.patch;
  const record = readRecords(data).find((one) => one.id === id);
  const isDone = judged.state === 'compliant' && record?.state === 'applied' && words.length === 0;
  const plan = { id, title, state: judged.state, programs: judged.programs, properties, isDone };
  if (dryRun || isDone) return plan;
  const changed = properties.filter(({ state }) => state !== 'kept');
  carryOut(deps, { opened, bytes, judged, source, properties: changed, before: record }, () => {
    // As they are by now: the service may have written meanwhile.
    if (changed.length > 0)
      writeSettings(data, withProperties(readSettings(data), checkedProperties(words), {}));
  });
  noteHistory(data, 'patch', deps.now());
  return plan;
}

/** Another patch of the site may be filed under this id, by mistake or on purpose: it is none that was asked for. */
function refuseOther(source: string, actual: string): void {
  if (isAgentPatchId(source) && source !== actual)
    throw new Failure('agent-patch-other', { id: source, actual });
}

const hostSystem = process.platform === 'win32' ? 'windows' : process.platform;

export function judge(
  { programs: folder, system = hostSystem }: Pick<PatchDeps, 'programs' | 'system'>,
  { patch }: Pick<OpenedPatch, 'patch'>,
  applied: readonly AppliedPatch[],
): JudgedPatch {
  const programs = installedPrograms(folder);
  const version = programs.find(({ name }) => name === 'tenkai-agent.mjs')?.version ?? agentVersion;
  return judgeAgentPatch(patch, { system, architecture: process.arch, version, programs, applied });
}

export interface Application {
  readonly opened: OpenedPatch;
  readonly bytes: Buffer;
  readonly judged: JudgedPatch;
  readonly source: string;
  readonly properties: readonly PropertyChange[];
  /** Of the same patch, where it was applied before and is repaired now. */
  readonly before: PatchRecord | undefined;
}

/** Kept first, then replaced, then said to be done: after `last`, so that an interruption is finished with it. */
export function carryOut(
  deps: PatchDeps,
  application: Application,
  last: () => void = () => undefined,
): void {
  const { data, programs: folder, now } = deps;
  const { opened, bytes, judged, source, properties, before } = application;
  const { id, title, replaces, files } = opened.patch;
  const replaced = judged.programs.filter(({ act }) => act === 'replace');
  const added = replaced.filter(({ name }) => !existsSync(join(folder, name))).map(({ name }) => name);
  const former = replaced
    .filter((one) => !added.includes(one.name) && isToBeKept(data, before, { id, ...one }))
    .map(({ name }) => ({ name, bytes: readFileSync(join(folder, name)) }));
  const latest = readRecords(data).at(-1)?.sequence ?? 0;
  const record: PatchRecord = {
    id,
    title,
    replaces,
    sequence: before?.sequence ?? latest + 1,
    state: 'applying',
    appliedAt: new Date(now()).toISOString(),
    source,
    programs: judged.programs.map((one) => ({
      ...one,
      sha256: files.find(({ name }) => name === one.name)?.sha256 ?? '',
    })),
    added: [...new Set([...(before?.added ?? []), ...added])],
    properties: joinChanges(before?.properties ?? [], properties),
  };
  keepPatch(data, record, { 'patch.tkp': bytes }, former);
  for (const { name, act } of judged.programs) {
    const program = opened.programs.get(name);
    if (act === 'replace' && program) placeProgram(folder, name, program);
  }
  last();
  writeRecord(data, { ...record, state: 'applied' });
}

/**
 * What a package manager has put there since is what a rollback restores. What was kept before is not given up for the
 * patch's own program, or one of the same version, that somebody has altered.
 */
function isToBeKept(
  data: DataFolder,
  before: PatchRecord | undefined,
  { id, name, from, to }: JudgedProgram & { readonly id: string },
): boolean {
  const kept = formerProgram(data, id, name);
  const isOwn = before?.added?.includes(name) === true;
  if (kept === undefined && !isOwn) return true;
  return from !== null && from !== to && (kept === undefined || from !== versionOf(kept));
}
