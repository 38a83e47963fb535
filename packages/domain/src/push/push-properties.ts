import {
  type Properties,
  type PropertyName,
  propertyNames,
  propertyRefusal,
  readProperties,
  splitProperties,
} from '../assignment/properties.ts';
import type { FieldProblem } from '../failure.ts';
import './push-failures.ts';

/** One property that a push gives to the machines, and by whose word. */
export interface PushProperty {
  readonly name: PropertyName;
  /** Null: it is taken away there. */
  readonly value: string | null;
  /** `site`: a default of the site for every push. */
  readonly origin: 'site' | 'push';
}

/** What a push says itself: a ticket for each machine, and the root key of its own site. */
const ownNames: ReadonlySet<string> = new Set<PropertyName>(['TICKET', 'ROOTFINGERPRINT']);
/** A push ends with the machine at its site: one that is held never gets there. */
const unfit: PropertyName = 'HOLD';

const isRefused = (name: string) => ownNames.has(name) || name === unfit;

/** Reads `NAME=VALUE` words of a push or of the site's defaults; everything that is wrong with them at once. */
export function readPushProperties(words: readonly string[]): {
  properties: Properties;
  problems: readonly FieldProblem[];
} {
  const { properties, problems } = readProperties(words);
  const refused = Object.keys(properties).flatMap((name) => {
    if (!isRefused(name)) return [];
    return {
      field: name,
      code: name === unfit ? 'push-property-hold' : 'push-property-own',
      params: { name },
    };
  });
  return { properties, problems: [...problems.filter(({ field }) => !isRefused(field)), ...refused] };
}

/**
 * The one line in which the site keeps its defaults, as it was written.
 * @throws Failure properties-invalid, with each problem
 */
export function checkPushLine(line: string): void {
  const { problems } = readPushProperties(splitProperties(line));
  if (problems.length > 0) throw propertyRefusal(problems);
}

export interface PushWishes {
  /** The site's defaults, in one line. */
  readonly siteLine: string;
  /** `NAME=VALUE` of this push. */
  readonly words: readonly string[];
  /** Address of the site, where no property MP names another one. */
  readonly managementPoint: string;
}

/** What a push gives to its machines, with everything that is wrong with it at once. */
export function propertiesOfPush({ siteLine, words, managementPoint }: PushWishes): {
  properties: PushProperty[];
  problems: readonly FieldProblem[];
} {
  const site = readPushProperties(splitProperties(siteLine));
  const own = readPushProperties(words);
  const address = readProperties([`MP=${managementPoint}`]);
  const chosen = chosenProperties(site.properties, own.properties).filter(isNoEmptyAddress);
  const isAddressKnown = chosen.some(({ name }) => name === 'MP');
  const fallback = { name: 'MP', value: address.properties.MP ?? null, origin: 'push' } as const;
  const addressProblems = address.problems.map((one) => ({ ...one, field: 'managementPoint' }));
  return {
    properties: isAddressKnown ? chosen : [fallback, ...chosen],
    problems: [...site.problems, ...own.problems, ...addressProblems],
  };
}

/** A push without any address of the site would leave a machine that finds nobody. */
const isNoEmptyAddress = ({ name, value }: PushProperty) => name !== 'MP' || value !== null;

/**
 * Whether it gives something that a machine which has this version already may lack: then the package is installed
 * there again. The address alone, which every push gives, is not enough.
 */
export const givesAnyway = (properties: readonly PushProperty[]) =>
  properties.some(({ name, origin }) => origin === 'push' && name !== 'MP');

/** What is given in the end: a property of the push goes before the site's default (AGENT-16). */
export function chosenProperties(site: Properties, own: Properties): PushProperty[] {
  return propertyNames.flatMap((name) => {
    const [value, origin] = own[name] === undefined ? [site[name], 'site'] : [own[name], 'push'];
    return value === undefined ? [] : [{ name, value, origin: origin as PushProperty['origin'] }];
  });
}

/** In the one line of an installation; values with blanks in double quotes, which no value holds itself. */
export const propertyLine = (properties: readonly Pick<PushProperty, 'name' | 'value'>[]) =>
  properties.map(({ name, value }) => `${name}=${lineValue(value ?? '')}`).join(' ');

const lineValue = (value: string) => (/\s/.test(value) ? `"${value}"` : value);
