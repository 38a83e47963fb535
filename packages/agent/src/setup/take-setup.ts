import { join } from 'node:path';
import { checkedProperties, type PropertyName, propertyNames } from '@tenkai/domain/assignment/properties.ts';
import { noteHistory } from '../assignment/property-history.ts';
import { withProperties } from '../assignment/with-properties.ts';
import type { DataFolder } from '../data-folder.ts';
import { readJson, writeDurably } from '../durable-file.ts';
import { readSettings, type Settings, writeSettings } from '../settings.ts';
import { takeTicket } from '../ticket.ts';

/** Values by name of the property; one that is not given is missing or empty. */
export type GivenProperties = Readonly<Partial<Record<PropertyName, string>>>;

/** Where an installer leaves the properties that it was given; on Windows the registry. */
export interface SetupSource {
  read(): Promise<GivenProperties>;
  /** A ticket is used once. */
  forgetTicket(): Promise<void>;
}

/**
 * Takes what an installer has left for the agent: what differs from what it left the time before. So a repair or an
 * upgrade, which leaves the same again, changes nothing that was assigned since, and a new value is taken (AGENT-27).
 * @returns names of the properties that were taken
 * @throws Failure properties-invalid, and nothing was taken; ticket-missing
 */
export async function takeSetup(data: DataFolder, source: SetupSource): Promise<PropertyName[]> {
  const given = present(await source.read());
  const file = join(data.root, 'setup.json');
  const before = readJson<GivenProperties>(file) ?? {};
  const changed = propertyNames.filter((name) => given[name] !== before[name]);
  if (changed.length === 0) return [];
  const properties = checkedProperties(changed.map((name) => `${name}=${given[name] ?? ''}`));
  const { ticketFile: known, ...settings } = withProperties(readSettings(data), properties, {});
  const ticketFile = properties.TICKET ? takeTicket(data, properties.TICKET) : known;
  writeSettings(data, {
    ...settings,
    ...(ticketFile === undefined ? {} : { ticketFile }),
  } satisfies Settings);
  noteHistory(data, 'installation', Date.now());
  const { TICKET: ticket, ...kept } = given;
  writeDurably(file, `${JSON.stringify(kept, null, 2)}\n`);
  if (ticket !== undefined) await source.forgetTicket();
  return changed;
}

function present(given: GivenProperties): Partial<Record<PropertyName, string>> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''));
}
