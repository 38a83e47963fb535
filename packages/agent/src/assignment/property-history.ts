import { join } from 'node:path';
import {
  isLoss,
  noHistory,
  noteProperties,
  type PropertyHistory,
  type PropertyOrigin,
  propertyMessages,
} from '@tenkai/domain/assignment/property-history.ts';
import type { DataFolder } from '../data-folder.ts';
import { readJson, writeDurably } from '../durable-file.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { readSettings } from '../settings.ts';
import { agentVersion } from '../version.ts';
import { propertyValues } from './with-properties.ts';

const fileOf = (data: DataFolder) => join(data.root, 'property-history.json');
const toldFileOf = (data: DataFolder) => join(data.root, 'property-told.json');

export function readHistory(data: DataFolder): PropertyHistory {
  const found = readJson<PropertyHistory>(fileOf(data));
  return found?.values && found.events ? found : noHistory;
}

/**
 * Keeps what has become of the properties since the last look: value, origin, time and version (AGENT-29). What somebody
 * changed without a word is found here, too.
 */
export function noteHistory(
  data: DataFolder,
  origin: PropertyOrigin,
  at: number,
  meant: readonly string[] = [],
): void {
  const before = readHistory(data);
  const values = propertyValues(readSettings(data));
  const after = noteProperties(before, values, { at, origin, version: agentVersion }, meant);
  if (after.events.at(-1)?.number !== before.events.at(-1)?.number)
    writeDurably(fileOf(data), `${JSON.stringify(after, null, 2)}\n`);
}

/** Puts into the outbox what the site does not know yet. After a crash in between it is told twice. */
export function tellHistory(data: DataFolder, outbox: Outbox): void {
  const { events } = readHistory(data);
  const { told: noted = 0 } = readJson<{ told: number }>(toldFileOf(data)) ?? {};
  // A damaged history begins anew with its numbers.
  const told = noted <= (events.at(-1)?.number ?? 0) ? noted : 0;
  const open = events.filter(({ number }) => number > told);
  for (const event of open) {
    const { at, name, from, to, origin, version } = event;
    const code = isLoss(event) ? propertyMessages.lost : propertyMessages.changed;
    const severity = isLoss(event) ? 'warning' : 'info';
    // As people read it: a dash where there is none.
    const params = { name, from: from ?? '-', to: to ?? '-', origin, version };
    outbox.put({ kind: 'status', severity, code, params, at });
  }
  const last = open.at(-1);
  if (last) writeDurably(toldFileOf(data), JSON.stringify({ told: last.number }));
}
