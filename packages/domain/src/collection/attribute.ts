import type { Inventory } from '../machine/inventory.ts';
import type { MachineFacts } from '../machine/machine.ts';
import type { VersionScheme } from '../version/index.ts';
import { versionSchemeOf } from '../version/index.ts';
import type { Attribute, ComparisonOperator } from './rule.ts';

/** How values of an attribute are compared. `loose` is text that an administrator wrote, perhaps a number. */
export type AttributeType = 'text' | 'loose' | 'number' | 'version' | 'address' | 'boolean';

/** One value that a machine has for an attribute. */
export interface AttributeValue {
  readonly text: string;
  /** For versions: whose rules order them. */
  readonly scheme?: VersionScheme;
}

export interface AttributeEntry {
  readonly type: AttributeType;
  /** Known only with an inventory. */
  readonly needsInventory: boolean;
  /** Whether it needs a key, as `property.room` and `software["nginx"].version` do. */
  readonly isKeyed?: true;
  /** All values on a machine; null while we do not know. */
  readonly read: (facts: MachineFacts, key: string) => readonly AttributeValue[] | null;
}

const none = undefined;

function values(...texts: (string | number | boolean | undefined)[]): AttributeValue[] {
  return texts.filter((text) => text !== none && text !== '').map((text) => ({ text: String(text) }));
}

/** Every state that one of its certificates is in; `good` stands alone. */
function certificateStates({ certificates }: Inventory['agent']): Texts {
  if (!certificates) return [];
  const states = new Set(certificates.faults.map(({ state }) => state));
  return states.size === 0 ? ['good'] : [...states];
}

function version(scheme: VersionScheme, text: string | undefined): AttributeValue[] {
  return text === undefined || text === '' ? [] : [{ text, scheme }];
}

type Texts = (string | number | boolean | undefined)[];

function fromMachine(type: AttributeType, read: (facts: MachineFacts) => string | boolean): AttributeEntry {
  return { type, needsInventory: false, read: (facts) => values(read(facts)) };
}

function fromInventory(type: AttributeType, read: (inventory: Inventory) => Texts): AttributeEntry {
  return {
    type,
    needsInventory: true,
    read: ({ inventory }) => (inventory ? values(...read(inventory)) : null),
  };
}

function versionFromInventory(read: (inventory: Inventory) => string | undefined): AttributeEntry {
  return {
    type: 'version',
    needsInventory: true,
    read: ({ inventory }) => (inventory ? version('generic', read(inventory)) : null),
  };
}

type Software = Inventory['software'][number];

function fromSoftware(type: AttributeType, read: (software: Software) => AttributeValue[]): AttributeEntry {
  return {
    type,
    isKeyed: true,
    needsInventory: true,
    read: ({ inventory }, key) => (inventory ? softwareNamed(inventory, key).flatMap(read) : null),
  };
}

/** An index is worth its making only where a rule set asks the same machine for many names. */
const asksBeforeIndex = 4;
const softwareIndexes = new WeakMap<Inventory, { asked: number; byName?: Map<string, Software[]> }>();

function softwareNamed(inventory: Inventory, name: string): Software[] {
  const folded = foldCase(name);
  const index = softwareIndexes.get(inventory) ?? { asked: 0 };
  softwareIndexes.set(inventory, index);
  index.asked += 1;
  if (index.asked < asksBeforeIndex)
    return inventory.software.filter((software) => foldedName(software) === folded);
  index.byName ??= Map.groupBy(inventory.software, foldedName);
  return index.byName.get(folded) ?? [];
}

/** Made once for an entry: machines of one fleet share most of theirs. */
const foldedNames = new WeakMap<Software, string>();

function foldedName(software: Software): string {
  const known = foldedNames.get(software);
  if (known !== undefined) return known;
  const folded = foldCase(software.name);
  foldedNames.set(software, folded);
  return folded;
}

/** Text is compared without regard to case or to how accents are encoded. */
export function foldCase(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** Everything that a query may ask about. Table; names are part of stored queries and stay for ever. */
export const attributes: Readonly<Record<string, AttributeEntry>> = {
  id: fromMachine('text', (facts) => facts.id),
  name: fromMachine('text', (facts) => facts.name),
  powerState: fromMachine('text', (facts) => facts.powerState),
  isOnline: fromMachine('boolean', (facts) => facts.isOnline),
  property: {
    type: 'loose',
    isKeyed: true,
    needsInventory: false,
    read: (facts, key) => values(Object.hasOwn(facts.properties, key) ? facts.properties[key] : none),
  },
  'os.family': fromInventory('text', ({ operatingSystem }) => [operatingSystem.family]),
  'os.id': fromInventory('text', ({ operatingSystem }) => [operatingSystem.id]),
  'os.name': fromInventory('text', ({ operatingSystem }) => [operatingSystem.name]),
  'os.version': versionFromInventory(({ operatingSystem }) => operatingSystem.version),
  'os.edition': fromInventory('text', ({ operatingSystem }) => [operatingSystem.edition]),
  'os.servicePack': versionFromInventory(({ operatingSystem: { servicePack } }) =>
    servicePack ? `${servicePack.major}.${servicePack.minor}` : none,
  ),
  'os.language': fromInventory('text', ({ operatingSystem }) => [operatingSystem.language]),
  'os.architecture': fromInventory('text', ({ operatingSystem }) => [operatingSystem.architecture]),
  'os.kernel': versionFromInventory(({ operatingSystem }) => operatingSystem.kernel),
  'hardware.manufacturer': fromInventory('text', ({ hardware }) => [hardware.manufacturer]),
  'hardware.model': fromInventory('text', ({ hardware }) => [hardware.model]),
  'hardware.serial': fromInventory('text', ({ hardware }) => [hardware.serial]),
  'hardware.uuid': fromInventory('text', ({ hardware }) => [hardware.uuid]),
  'hardware.cpu.model': fromInventory('text', ({ hardware }) => [hardware.cpu.model]),
  'hardware.cpu.cores': fromInventory('number', ({ hardware }) => [hardware.cpu.cores]),
  'hardware.cpu.architecture': fromInventory('text', ({ hardware }) => [hardware.cpu.architecture]),
  'hardware.memoryBytes': fromInventory('number', ({ hardware }) => [hardware.memoryBytes]),
  'hardware.disk.name': fromInventory('text', ({ hardware }) => hardware.disks.map((disk) => disk.name)),
  'hardware.disk.sizeBytes': fromInventory('number', ({ hardware }) =>
    hardware.disks.map((disk) => disk.sizeBytes),
  ),
  'network.hostname': fromInventory('text', ({ network }) => [network.hostname]),
  'network.domain': fromInventory('text', ({ network }) => [network.domain]),
  'network.mac': fromInventory('text', ({ network }) => network.interfaces.map((each) => each.mac)),
  'network.address': fromInventory('address', ({ network }) =>
    network.interfaces.flatMap((each) => each.addresses.map(({ address }) => address)),
  ),
  'agent.version': versionFromInventory(({ agent }) => agent.version),
  'agent.certificates': fromInventory('text', ({ agent }) => certificateStates(agent)),
  'agent.certificates.fault': fromInventory('text', ({ agent }) => [
    ...new Set(agent.certificates?.faults.map(({ code }) => code)),
  ]),
  'software.name': fromInventory('text', ({ software }) => software.map(({ name }) => name)),
  software: fromSoftware('text', (software) => values(software.name)),
  'software.version': fromSoftware('version', (software) =>
    version(versionSchemeOf(software.source), software.version),
  ),
  'software.source': fromSoftware('text', (software) => values(software.source)),
  'software.publisher': fromSoftware('text', (software) => values(software.publisher)),
  'software.architecture': fromSoftware('text', (software) => values(software.architecture)),
};

const always: readonly ComparisonOperator[] = ['=', '!=', 'in', 'exists'];
const ordered: readonly ComparisonOperator[] = ['<', '<=', '>', '>='];
const textual: readonly ComparisonOperator[] = ['contains', 'matches'];

/** Which operators make sense for a type. */
export const operatorsOf: Readonly<Record<AttributeType, readonly ComparisonOperator[]>> = {
  text: [...always, ...textual],
  loose: [...always, ...ordered, ...textual],
  number: [...always, ...ordered],
  version: [...always, ...ordered, ...textual],
  address: always,
  boolean: ['=', '!=', 'exists'],
};

export function attributeEntry({ name }: Attribute): AttributeEntry | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

/** The name under which changes of an attribute are known: `os.id`, `property["room"]`, `software["nginx"]`. */
export function changeKey({ name, key }: Attribute): string {
  if (key === undefined) return name;
  return name !== 'property' ? softwareChangeKey(key) : propertyChangeKey(key);
}

export function softwareChangeKey(softwareName: string): string {
  return `software[${JSON.stringify(foldCase(softwareName))}]`;
}

export function propertyChangeKey(key: string): string {
  return `property[${JSON.stringify(key)}]`;
}
