import type { JudgedPatch } from '@tenkai/domain/agent-patch/judge-patch.ts';
import {
  diffProperties,
  joinChanges,
  type PropertyChange,
} from '@tenkai/domain/agent-patch/property-diff.ts';
import { checkedProperties } from '@tenkai/domain/assignment/properties.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { signatureFileOf } from '@tenkai/protocol/agent/msp.ts';
import { noteHistory } from '../../assignment/property-history.ts';
import { propertyValues, withProperties } from '../../assignment/with-properties.ts';
import { readSettings, writeSettings } from '../../settings.ts';
import { type ApplyOptions, judge, type PatchPlan } from '../apply.ts';
import { installedPrograms } from '../programs.ts';
import { forgetPatch, keepPatch, keptFile, type PatchRecord, readRecords, writeRecord } from '../store.ts';
import { done, type MspDeps } from './deps.ts';
import { findPatches } from './list.ts';
import { type OpenedMsp, readMsp } from './open.ts';
import { settleMsps } from './settle.ts';

/** ERROR_UNKNOWN_PRODUCT and ERROR_PATCH_TARGET_NOT_FOUND: it is for another version of the agent. */
const notFor = [1605, 1642];

export interface MspPlan extends PatchPlan {
  /** What Windows Installer is told. */
  readonly command: string;
  readonly needsRestart: boolean;
}

/**
 * Has Windows Installer apply a client patch, once its signature was checked: of a copy that only administrators may
 * write, so that what was checked is what is applied. Properties are in no command line: they stay (AGENT-27).
 * @param source absolute path, or https address
 * @throws Failure as readMsp; agent-patch-not-applicable, program-failed; as judgeAgentPatch; properties-invalid
 * Source: AGENT-14, AGENT-28, HOTFIX-06, HOTFIX-25, HOTFIX-27, HOTFIX-29.
 */
export async function applyMsp(
  deps: MspDeps,
  source: string,
  { words = [], dryRun = false }: ApplyOptions = {},
): Promise<MspPlan> {
  const { data, patches } = deps;
  const opened = await readMsp(data, source);
  const { patch } = opened;
  const found = await findPatches(deps);
  const judged = judgedFor(deps, opened, found, source);
  const settings = readSettings(data);
  const wanted = withProperties(settings, checkedProperties(words), {});
  const properties = diffProperties(propertyValues(settings), propertyValues(wanted));
  const isListed = found.some(({ listed }) => listed.code === patch.msp.code);
  const isDone = isListed && judged.state === 'compliant' && words.length === 0;
  const command = patches.applyCommand(keptFile(data, patch.id, mspName(patch.id)));
  const plan: MspPlan = {
    ...{
      id: patch.id,
      title: patch.title,
      state: judged.state,
      programs: judged.programs,
      properties,
      isDone,
    },
    ...{ command: [command.program, ...command.args].join(' '), needsRestart: false },
  };
  if (dryRun || isDone) return plan;
  await settleMsps(deps);
  const changed = properties.filter(({ state }) => state !== 'kept');
  const record = keep(deps, opened, { judged, properties: changed, source });
  const isThere = isListed && judged.state === 'compliant';
  const needsRestart = isThere ? false : await install(deps, opened, source);
  if (changed.length > 0)
    writeSettings(data, withProperties(readSettings(data), checkedProperties(words), {}));
  writeRecord(data, { ...record, state: 'applied' });
  noteHistory(data, 'patch', deps.now());
  return { ...plan, needsRestart };
}

const mspName = (id: string) => `${id}.msp`;

/** An .msp brings its programs whole or not at all: where one is newer already, it has nothing to do here. */
function judgedFor(
  deps: MspDeps,
  { patch }: OpenedMsp,
  found: Awaited<ReturnType<typeof findPatches>>,
  file: string,
): JudgedPatch {
  const judged = judge(deps, { patch }, found);
  if (judged.refusal) throw new Failure(judged.refusal.code, judged.refusal.params);
  if (judged.programs.some(({ act }) => act === 'keep-newer'))
    throw new Failure('agent-patch-not-applicable', { file });
  return judged;
}

interface Kept {
  readonly judged: JudgedPatch;
  readonly properties: readonly PropertyChange[];
  readonly source: string;
}

function keep(
  { data, now }: MspDeps,
  { patch, bytes, signature }: OpenedMsp,
  { judged, properties, source }: Kept,
): PatchRecord {
  const records = readRecords(data);
  const before = records.find(({ id }) => id === patch.id);
  const { id, title, replaces, files, msp } = patch;
  const record: PatchRecord = {
    ...{ id, title, replaces, source, msp, state: 'applying' },
    properties: joinChanges(before?.properties ?? [], properties),
    sequence: before?.sequence ?? (records.at(-1)?.sequence ?? 0) + 1,
    appliedAt: new Date(now()).toISOString(),
    programs: judged.programs.map((one) => ({
      ...one,
      sha256: files.find(({ name }) => name === one.name)?.sha256 ?? '',
    })),
  };
  keepPatch(data, record, { [mspName(id)]: bytes, [signatureFileOf(mspName(id))]: signature });
  return record;
}

const unlike =
  'it said that the patch is applied, and the programs are others; repair the agent (msiexec /fvomus with its package), then apply the patch again';

const isWhole = ({ programs }: MspDeps, { files }: OpenedMsp['patch']) => {
  const sums = new Map(installedPrograms(programs).map((one) => [one.name, one.sha256]));
  return files.every(({ name, sha256 }) => sums.get(name) === sha256);
};

/** @returns whether the machine has to restart */
async function install(deps: MspDeps, { patch }: OpenedMsp, source: string): Promise<boolean> {
  const { data, patches, run } = deps;
  const status = await run(patches.applyCommand(keptFile(data, patch.id, mspName(patch.id))));
  const isListed = (await findPatches(deps)).some(({ listed }) => listed.code === patch.msp.code);
  if (done.includes(status) && isListed) {
    // Before the restart that it asks for, files in use are the former ones.
    if (status === 0 && !isWhole(deps, patch))
      throw new Failure('program-failed', { program: 'msiexec.exe', cause: unlike });
    return status !== 0;
  }
  if (!isListed) forgetPatch(data, patch.id);
  if (notFor.includes(status)) throw new Failure('agent-patch-not-applicable', { file: source });
  throw new Failure('program-failed', { program: 'msiexec.exe', cause: `exit code ${status}` });
}
