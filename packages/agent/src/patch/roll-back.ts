import { propertyNames } from '@tenkai/domain/assignment/properties.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { noteHistory } from '../assignment/property-history.ts';
import { propertyValues, withProperties } from '../assignment/with-properties.ts';
import { readSettings, writeSettings } from '../settings.ts';
import type { PatchDeps } from './apply.ts';
import { withoutPatch } from './patch-property.ts';
import { installedPrograms, placeProgram, removeProgram } from './programs.ts';
import { forgetPatch, formerProgram, type PatchRecord, readRecords } from './store.ts';

export interface RolledBack {
  readonly id: string;
  readonly programs: readonly { readonly name: string; readonly act: 'restored' | 'taken' | 'left' }[];
  /** Names of properties that have their former value again. */
  readonly properties: readonly string[];
}

/**
 * Takes the latest patch back: its programs and the properties that were changed with it. A program that somebody has
 * replaced since is left, and so is a property that was changed since.
 * @throws Failure agent-patch-unknown, agent-patch-not-latest
 * Source: AGENT-28, HOTFIX-30.
 */
export function rollBackPatch({ data, programs: folder, now }: PatchDeps, id: string): RolledBack {
  const records = readRecords(data);
  const record = records.find((one) => one.id === id);
  if (!record) throw new Failure('agent-patch-unknown', { id: id.slice(0, 64) });
  const later = records.at(-1);
  if (later && later.id !== id) throw new Failure('agent-patch-not-latest', { id, later: later.id });
  const installed = installedPrograms(folder);
  const programs = record.programs.map(({ name, sha256 }) => {
    const former = formerProgram(data, id, name);
    const isOurs = installed.some((one) => one.name === name && one.sha256 === sha256);
    // A package that came later may have brought one of its own.
    if (isOurs && former === undefined && record.added?.includes(name)) {
      removeProgram(folder, name);
      return { name, act: 'taken' as const };
    }
    if (former === undefined || !isOurs) return { name, act: 'left' as const };
    placeProgram(folder, name, former);
    return { name, act: 'restored' as const };
  });
  const properties = restoreProperties(data, record);
  noteHistory(data, 'rollback', now());
  forgetPatch(data, id);
  return { id, programs, properties };
}

/** What was changed with it has its former value again; what was changed since stays. */
export function restoreProperties(data: PatchDeps['data'], record: PatchRecord): string[] {
  const settings = readSettings(data);
  const now = propertyValues(settings);
  const back = record.properties.filter(({ name, to }) => (now[name] ?? null) === to);
  const former = Object.fromEntries(back.map(({ name, from }) => [name, from]));
  const known = propertyNames.filter((name) => name in former);
  const changes = Object.fromEntries(known.map((name) => [name, former[name] ?? null]));
  const wanted = withoutPatch(withProperties(settings, changes, {}), record.source);
  writeSettings(data, wanted);
  return known;
}
