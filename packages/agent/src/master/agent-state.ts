/** What the agent itself keeps on a machine. Found by what may stay, so that nothing new is forgotten. */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SiteValues } from '@tenkai/domain/master/index.ts';
import type { DataFolder } from '../data-folder.ts';
import { readEnrollment } from '../identity.ts';
import { readSettings, type Settings, writeSettings } from '../settings.ts';
import { allFiles, filledFiles, kindOf, remove } from './places.ts';

/** Settings, the memory of the preparation, and the mark that the firewall is kept open. */
const mayStay = ['agent.json', 'master', 'firewall-open'];

/** Settings that bind to one site, and those that are of one machine. */
const siteSettings = ['server', 'siteCode', 'managementPoint'] as const;
const ownSettings = ['name', 'ticketFile'] as const;

type AnySettings = Settings & Readonly<Record<string, unknown>>;

/** Code or address of the site that this agent belongs to. */
export function siteOfAgent(data: DataFolder): string | null {
  const settings: AnySettings = readSettings(data);
  const named = siteSettings.map((name) => settings[name]);
  return readEnrollment(data)?.siteCode ?? named.find((value) => typeof value === 'string') ?? null;
}

export function removeSite(data: DataFolder): string[] {
  remove(join(data.identity, 'enrollment.json'));
  return forgetSettings(data, siteSettings);
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

/** How the machines of the image are to find their site; assignment reads the same settings. */
export function readSiteValues(data: DataFolder): SiteValues {
  const { locator, dnsSuffix }: AnySettings = readSettings(data);
  return { locator: text(locator), dnsSuffix: text(dnsSuffix) };
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** @param pin root fingerprint of the targets' site, or null */
export function writeSiteValues(data: DataFolder, values: SiteValues, pin: string | null): string[] {
  const given = Object.entries({ ...values, rootFingerprint: pin }).filter(([, value]) => value !== null);
  writeSettings(data, { ...readSettings(data), ...Object.fromEntries(given) });
  return given.map(([name, value]) => `${name}=${value}`);
}

/** The host name part of what was given as a locator: `mp1.example.org`, or a whole address. */
export function locatorHost(locator: string): string {
  return URL.canParse(locator) && locator.includes('//')
    ? new URL(locator).hostname
    : locator.replace(/:\d+$/, '');
}
