import { resolve } from 'node:path';
import { isAgentPatchId } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { asOriginalKept, diffProperties } from '@tenkai/domain/agent-patch/property-diff.ts';
import { checkedProperties } from '@tenkai/domain/assignment/properties.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { propertyValues } from '../assignment/with-properties.ts';
import { makeDataFolder } from '../data-folder.ts';
import { takeLock } from '../lock.ts';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import { languageOf } from '../self-service/texts.ts';
import { readSettings } from '../settings.ts';
import type { PatchOptions } from './options.ts';
import { asOriginalText, listText, planText, restartText, rolledBackText, settledText } from './texts.ts';
import { type PatchScene, worksOf } from './works.ts';

/** @throws Failure as applyPatch, on Windows as applyMsp */
export async function apply(
  scene: PatchScene,
  source: string,
  words: readonly string[],
  options: PatchOptions,
): Promise<void> {
  const { dryRun = false, json = false, asOriginal = false } = options;
  const isNamed = source.startsWith('https://') || isAgentPatchId(source);
  const place = isNamed ? source : resolve(source);
  const language = languageOf(scene.env);
  const works = await worksOf(scene);
  const plan = await alone(scene, () => works.apply(place, { words, dryRun: dryRun || asOriginal }));
  const before = propertyValues(readSettings(scene.data));
  const original = diffProperties(before, asOriginalKept(before, Object.keys(checkedProperties(words))));
  const shown = asOriginal ? { ...plan, asOriginal: original } : plan;
  const text = planText(plan, dryRun || asOriginal, language);
  await print(shown, asOriginal ? `${text}\n${asOriginalText(original, language)}` : text, json);
  if (dryRun || asOriginal || plan.isDone) return;
  if (plan.needsRestart) process.stderr.write(`${restartText(language, 'machine')}\n`);
  if (options.restart !== false) await works.restartService(language);
}

export async function list(scene: PatchScene, { json = false }: PatchOptions): Promise<void> {
  const patches = await (await worksOf(scene)).list();
  await print(patches, listText(patches, languageOf(scene.env)), json);
}

/** For the detection of a package: one word where the patch, or one that holds it, is whole. @throws Failure agent-patch-unknown */
export async function check(scene: PatchScene, id: string): Promise<void> {
  const patches = await (await worksOf(scene)).list(id);
  const found = patches.find((one) => one.id === id) ?? patches.find((one) => one.replaces.includes(id));
  const state = found?.id === id ? found.state : found && 'superseded';
  if (state !== 'compliant' && state !== 'superseded')
    throw new Failure('agent-patch-unknown', { id: id.slice(0, 64) });
  await print({ id, state }, state);
}

export async function rollBack(scene: PatchScene, id: string, options: PatchOptions): Promise<void> {
  const language = languageOf(scene.env);
  const works = await worksOf(scene);
  const done = await alone(scene, () => works.rollBack(id));
  await print(done, rolledBackText(done, language), options.json);
  if (done.needsRestart) process.stderr.write(`${restartText(language, 'machine')}\n`);
  if (options.restart !== false) await works.restartService(language);
}

/** Run by the packages' scripts, which restart the service themselves. */
export async function settle(scene: PatchScene, { json = false }: PatchOptions): Promise<void> {
  const settled = await alone(scene, async () => (await worksOf(scene)).settle());
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

/** The process ends at once afterwards; a pipe that is read slowly must have got everything before. */
function print(value: unknown, text: string, isJson = false): Promise<void> {
  const shown = isJson ? JSON.stringify(value, null, 2) : text;
  return new Promise((done) => process.stdout.write(`${shown}\n`, () => done()));
}
