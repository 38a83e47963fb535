/** What the agent itself keeps on a machine. Found by what may stay, so that nothing new is forgotten. */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SiteValues } from '@tenkai/domain/master/index.ts';
import type { DataFolder } from '../data-folder.ts';
import { readEnrollment } from '../identity.ts';
import { readSettings, type Settings, writeSettings } from '../settings.ts';
import { markMetSite, metSiteName } from '../trust/met-site.ts';
import { allFiles, filledFiles, kindOf, remove } from './places.ts';

/**
 * Settings, the memory of the preparation, the marks that the firewall is kept open and a site was met, and what belongs
 * to the patched programs of the image: without it the clones could neither keep nor take back a patch.
 */
const mayStay = ['agent.json', 'master', 'firewall-open', 'patches', metSiteName];

/** Settings of one machine; `server` and these of the section `assignment` bind to one site. */
const ownSettings = ['name', 'ticketFile'] as const;
const boundTo = ['siteCode', 'managementPoint', 'foundBy'];

interface Assignment {
  readonly siteCode?: string;
  readonly managementPoint?: string;
  /** `https://mp1.example.org`. */
  readonly locator?: string;
  readonly dnsSuffix?: string;
  readonly isHeld?: boolean;
  readonly boundaries?: NonNullable<NonNullable<Settings['assignment']>['boundaries']>;
}

/** The section that tells how the machine finds its site; assignment reads it. */
function assignmentOf(data: DataFolder): Assignment {
  return (readSettings(data) as { assignment?: Assignment }).assignment ?? {};
}

function writeAssignment(data: DataFolder, assignment: Assignment): void {
  const { assignment: _, ...rest } = readSettings(data) as { assignment?: Assignment };
  const isEmpty = Object.keys(assignment).length === 0;
  writeSettings(data, isEmpty ? rest : Object.assign(rest, { assignment }));
}

/** Code or address of the site that this agent belongs to, or is to ask for. */
export function siteOfAgent(data: DataFolder): string | null {
  const { siteCode, managementPoint } = assignmentOf(data);
  return readEnrollment(data)?.siteCode ?? readSettings(data).server ?? siteCode ?? managementPoint ?? null;
}

export function removeSite(data: DataFolder): string[] {
  remove(join(data.identity, 'enrollment.json'));
  const present = Object.entries(assignmentOf(data));
  const gone = present.filter(([name]) => boundTo.includes(name)).map(([name]) => name);
  if (gone.length > 0)
    writeAssignment(data, Object.fromEntries(present.filter(([name]) => !boundTo.includes(name))));
  return [...forgetSettings(data, ['server']), ...gone];
}

/** The agent asks nobody for a site (AGENT-04). */
export const isAssignmentHeld = (data: DataFolder): boolean => assignmentOf(data).isHeld === true;

/** The clones are to ask. */
export function liftHold(data: DataFolder): void {
  const { isHeld, ...assignment } = assignmentOf(data);
  if (isHeld !== undefined) writeAssignment(data, assignment);
}

/** @returns those that were there */
function forgetSettings(data: DataFolder, names: readonly string[]): string[] {
  const settings = Object.entries(readSettings(data));
  const gone = settings.filter(([name]) => names.includes(name)).map(([name]) => name);
  if (gone.length > 0)
    writeSettings(data, Object.fromEntries(settings.filter(([name]) => !names.includes(name))));
  return gone;
}

const trustFile = /^(enrollment\.json|.*root.*|.*trust.*)$/;

/** Keys, certificates and tickets: all of the identity folder that is not of a site; and a name of its own. */
export function agentKeys(data: DataFolder): string[] {
  const settings = readSettings(data);
  const named = ownSettings.filter((name) => settings[name] !== undefined);
  return [...keyFiles(data), ...named.map((name) => `${data.settings}: ${name}`)];
}

const keyFiles = (data: DataFolder) =>
  allFiles(data.identity).filter((file) => !trustFile.test(basename(file)));

/** @returns the files, with the SHA-256 of each public key, never the keys (IDENT-08) */
export function removeKeys(data: DataFolder): string[] {
  const files = keyFiles(data).map((file) => {
    const print = printOf(file);
    remove(file);
    return print === null ? file : `${file} (public key ${print})`;
  });
  return [...files, ...forgetSettings(data, ownSettings)];
}

function printOf(file: string): string | null {
  try {
    const key = createPublicKey(createPrivateKey(readFileSync(file)));
    return createHash('sha256')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest('hex');
  } catch {
    return null;
  }
}

/** @param pin the one that the image carries on purpose; it counts as none */
export function trustKeys(data: DataFolder, pin: string | null): string[] {
  const { rootFingerprint } = readSettings(data);
  const files = allFiles(data.identity).filter((file) => trustFile.test(basename(file)));
  return rootFingerprint === undefined || rootFingerprint === pin ? files : ['rootFingerprint', ...files];
}

export function removeTrust(data: DataFolder): string[] {
  const found = trustKeys(data, null);
  if (found.length > 0) markMetSite(data);
  for (const file of found.slice(found[0] === 'rootFingerprint' ? 1 : 0)) remove(file);
  const { rootFingerprint: _, ...settings } = readSettings(data);
  writeSettings(data, settings);
  return found;
}

/** Orders, runs, reports, offers, contents, and whatever else is kept in the data folder. */
export function agentPolicy(data: DataFolder): string[] {
  return foldersBeside(data).flatMap((path) => (kindOf(path) === 'folder' ? allFiles(path) : [path]));
}

/** The folders themselves are made again by the agent. */
export function removePolicy(data: DataFolder): string[] {
  const found = agentPolicy(data);
  for (const path of foldersBeside(data)) remove(path);
  return found;
}

function foldersBeside(data: DataFolder): string[] {
  if (kindOf(data.root) !== 'folder') return [];
  const others = [...mayStay, basename(data.identity), basename(data.log)];
  return readdirSync(data.root)
    .filter((name) => !others.includes(name))
    .map((name) => join(data.root, name));
}

export const agentLogs = (data: DataFolder): string[] => filledFiles(data.log);

export function removeLogs(data: DataFolder): string[] {
  const found = agentLogs(data);
  remove(data.log);
  return found;
}

/** How the machines of the image are to find their site. */
export function readSiteValues(data: DataFolder): SiteValues {
  const { locator, dnsSuffix, boundaries = [] } = assignmentOf(data);
  const candidates = boundaries.map((each) => ({ ...each, isForAssignment: true }));
  const values = { locator: locator ?? null, dnsSuffix: dnsSuffix ?? null };
  return candidates.length === 0 ? values : { ...values, candidates };
}

/**
 * Boundaries that somebody has written stay where no candidates are given; an empty list of candidates takes them away.
 * @param pin root fingerprint of the targets' site, or null
 */
export function writeSiteValues(data: DataFolder, values: SiteValues, pin: string | null): string[] {
  const { locator: _, dnsSuffix: __, boundaries: present = [], ...kept } = assignmentOf(data);
  const { locator, dnsSuffix, candidates } = values;
  const boundaries = candidates?.map(({ isForAssignment: ___, ...each }) => each) ?? present;
  const given: Assignment = {
    ...(locator === null ? {} : { locator: locator.includes('//') ? locator : `https://${locator}` }),
    ...(dnsSuffix === null ? {} : { dnsSuffix }),
  };
  writeAssignment(data, { ...kept, ...given, ...(boundaries.length === 0 ? {} : { boundaries }) });
  if (pin !== null) writeSettings(data, { ...readSettings(data), rootFingerprint: pin });
  const pinned = pin === null ? [] : [`rootFingerprint=${pin}`];
  const sites = (candidates ?? []).map(
    ({ range, siteCode, managementPoint }) => `${range}: ${siteCode} ${managementPoint}`,
  );
  return [...Object.entries(given).map(([name, value]) => `${name}=${value}`), ...sites, ...pinned];
}

/** The host name part of what was given as a locator: `mp1.example.org`, or a whole address. */
export function locatorHost(locator: string): string {
  return URL.canParse(locator) && locator.includes('//')
    ? new URL(locator).hostname
    : locator.replace(/:\d+$/, '');
}
