import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { isAgentPatchId } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { agentPatchSuccessor } from '@tenkai/domain/agent-patch/judge-patch.ts';
import { asOriginalKept, diffProperties } from '@tenkai/domain/agent-patch/property-diff.ts';
import { checkedProperties } from '@tenkai/domain/assignment/properties.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { propertyValues } from '../assignment/with-properties.ts';
import { type DataFolder, makeDataFolder } from '../data-folder.ts';
import { takeLock } from '../lock.ts';
import type { Command } from '../platform/platform.ts';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import { type Language, languageOf } from '../self-service/texts.ts';
import { readSettings } from '../settings.ts';
import { applyPatch, type PatchDeps } from './apply.ts';
import { applyMsps } from './apply-msp.ts';
import type { PatchOptions } from './options.ts';
import { installedPrograms } from './programs.ts';
import { rollBackPatch } from './roll-back.ts';
import { settlePatches } from './settle.ts';
import { type ListedPatch, readRecords } from './store.ts';
import { asOriginalText, listText, planText, restartText, rolledBackText, settledText } from './texts.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface PatchScene {
  readonly data: DataFolder;
  readonly env: Env;
  /** The program that runs: beside it lie the others. */
  readonly entry: string;
}

const depsOf = ({ data, entry }: PatchScene): PatchDeps => ({
  data,
  programs: dirname(resolve(entry)),
  now: Date.now,
});

/** @throws Failure as applyPatch */
export async function apply(
  scene: PatchScene,
  source: string,
  words: readonly string[],
  options: PatchOptions,
): Promise<void> {
  const { dryRun = false, json = false, asOriginal = false } = options;
  if (/\.msp$/i.test(source) && process.platform === 'win32') {
    if (words.length > 0) throw new Failure('agent-patch-properties', { file: source });
    return applyOnWindows(scene, resolve(source), { ...options, dryRun: dryRun || asOriginal });
  }
  const isNamed = source.startsWith('https://') || isAgentPatchId(source);
  const place = isNamed ? source : resolve(source);
  const deps = depsOf(scene);
  const language = languageOf(scene.env);
  const plan = await alone(scene, () => applyPatch(deps, place, { words, dryRun: dryRun || asOriginal }));
  const before = propertyValues(readSettings(scene.data));
  const original = diffProperties(before, asOriginalKept(before, Object.keys(checkedProperties(words))));
  const shown = asOriginal ? { ...plan, asOriginal: original } : plan;
  const text = planText(plan, dryRun || asOriginal, language);
  await print(shown, asOriginal ? `${text}\n${asOriginalText(original, language)}` : text, json);
  if (!dryRun && !asOriginal && !plan.isDone && options.restart !== false) await restartService(language);
}

/** @throws Failure agent-patch-missing, and as applyMsps */
async function applyOnWindows(
  scene: PatchScene,
  file: string,
  { dryRun, json }: PatchOptions,
): Promise<void> {
  if (!existsSync(file)) throw new Failure('agent-patch-missing', { file });
  const { installer } = await selectPlatform(platformOptions(scene.env, readSettings(scene.data)));
  const command = installer.commandFor(file, []);
  if (dryRun) return print(command, [command.program, ...command.args].join(' '), json);
  const done = await alone(scene, () => applyMsps([file], installer, runInstaller));
  await print(done, done.needsRestart ? `${file}: restart the machine` : `${file}: done`, json);
}

const installerLimitMs = 60 * 60_000;

const runInstaller = ({ program, args, isVerbatim = false }: Command): Promise<number> =>
  new Promise((done, reject) => {
    const options = {
      timeout: installerLimitMs,
      windowsVerbatimArguments: isVerbatim,
      stdio: 'ignore',
    } as const;
    const child = spawn(program, [...args], options);
    child.once('error', reject);
    child.once('exit', (status) => done(status ?? 1));
  });

export function listPatches({ data, programs: folder }: PatchDeps): ListedPatch[] {
  const records = readRecords(data);
  if (records.length === 0) return [];
  const installed = new Map(installedPrograms(folder).map((one) => [one.name, one.sha256]));
  return records.map((record) => {
    const by = agentPatchSuccessor(record.id, records) ?? null;
    const wanted = record.programs.filter(({ act }) => act !== 'keep-newer');
    const there = wanted.filter(({ name, sha256 }) => installed.get(name) === sha256).length;
    const isWhole = there === wanted.length && record.state === 'applied';
    const state = by !== null ? 'superseded' : isWhole ? 'compliant' : there > 0 ? 'partial' : 'absent';
    return { ...record, state, by };
  });
}

export async function list(scene: PatchScene, { json = false }: PatchOptions): Promise<void> {
  const patches = listPatches(depsOf(scene));
  await print(patches, listText(patches, languageOf(scene.env)), json);
}

/** For the detection of a package: one word where the patch, or one that holds it, is whole. @throws Failure agent-patch-unknown */
export async function check(scene: PatchScene, id: string): Promise<void> {
  const patches = listPatches(depsOf(scene));
  const found = patches.find((one) => one.id === id) ?? patches.find((one) => one.replaces.includes(id));
  const state = found?.id === id ? found.state : found && 'superseded';
  if (state !== 'compliant' && state !== 'superseded')
    throw new Failure('agent-patch-unknown', { id: id.slice(0, 64) });
  await print({ id, state }, state);
}

export async function rollBack(scene: PatchScene, id: string, options: PatchOptions): Promise<void> {
  const language = languageOf(scene.env);
  const done = await alone(scene, async () => rollBackPatch(depsOf(scene), id));
  await print(done, rolledBackText(done, language), options.json);
  if (options.restart !== false) await restartService(language);
}

/** Run by the packages' scripts, which restart the service themselves. */
export async function settle(scene: PatchScene, { json = false }: PatchOptions): Promise<void> {
  const settled = await alone(scene, () => settlePatches(depsOf(scene)));
  const text = settledText(settled, languageOf(scene.env));
  if (json || text !== '') await print(settled, text, json);
}

async function alone<T>({ data, env }: PatchScene, act: () => Promise<T>): Promise<T> {
  makeDataFolder(data);
  const { processes } = await selectPlatform(platformOptions(env, readSettings(data)));
  const lock = await takeLock({ processes, folder: `${data.locks}/patch`, what: 'patch' });
  try {
    return await act();
  } finally {
    lock.release();
  }
}

const restartLimitMs = 60_000;

/** An engine of a run is a unit of its own and goes on with what it has loaded. */
async function restartService(language: Language): Promise<void> {
  if (!existsSync('/run/systemd/system')) {
    process.stderr.write(`${restartText(language)}\n`);
    return;
  }
  const args = ['--no-block', 'try-restart', 'tenkai-agent.service'];
  await promisify(execFile)('systemctl', args, { timeout: restartLimitMs });
}

/** The process ends at once afterwards; a pipe that is read slowly must have got everything before. */
function print(value: unknown, text: string, isJson = false): Promise<void> {
  const shown = isJson ? JSON.stringify(value, null, 2) : text;
  return new Promise((done) => process.stdout.write(`${shown}\n`, () => done()));
}
