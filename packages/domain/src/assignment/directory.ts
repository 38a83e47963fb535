import { parseRoleAddress } from './address.ts';
import type { Candidate, SourceAnswer } from './assignment.ts';
import { type Boundary, matchBoundary, parseAddressSpan } from './boundary.ts';
import type { DirectoryAttribute, DirectoryClass } from './directory-schema.ts';

/** What a site publishes of itself (AGENT-18, SITE-15). */
export interface Publication {
  readonly siteCode: string;
  readonly siteName: string;
  /** `https://host:port`; at least one. */
  readonly managementPoints: readonly string[];
  readonly boundaries: readonly (Boundary & { readonly id: string })[];
}

/** An entry of a directory, as it is added or was read. */
export interface PublishedEntry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

type Attributes = Partial<Record<DirectoryAttribute, readonly string[]>>;

export const containerOf = (base: string) => `cn=Tenkai,${base}`;
/** Everything of one site lies below it, so that a directory can give each site rights of its own. */
export const siteEntryOf = (base: string, siteCode: string) => `cn=${siteCode},${containerOf(base)}`;

/**
 * The entries of a site, parents first. Only boundaries that assign machines are of use to them. The root key is not
 * among them: trust never comes from what was found.
 */
export function publishedEntries(base: string, publication: Publication): PublishedEntry[] {
  const { siteCode, siteName, managementPoints, boundaries } = publication;
  const site = siteEntryOf(base, siteCode);
  const entry = (dn: string, name: DirectoryClass, cn: string, attributes: Attributes): PublishedEntry => ({
    dn,
    attributes: { objectClass: ['top', name], cn: [cn], ...attributes },
  });
  return [
    entry(containerOf(base), 'tenkaiContainer', 'Tenkai', {}),
    entry(site, 'tenkaiSite', siteCode, {
      tenkaiSiteCode: [siteCode],
      ...(siteName === '' ? {} : { tenkaiSiteName: [siteName] }),
      tenkaiManagementPoint: managementPoints,
    }),
    ...boundaries
      .filter(({ isForAssignment }) => isForAssignment)
      .map((boundary) =>
        entry(`cn=${boundary.id},${site}`, 'tenkaiBoundary', boundary.id, {
          tenkaiSiteCode: [boundary.siteCode],
          tenkaiAddressRange: [boundary.range],
          tenkaiBoundaryName: [boundary.name],
          ...(boundary.managementPoint === null ? {} : { tenkaiManagementPoint: [boundary.managementPoint] }),
        }),
      ),
  ];
}

export interface PublicationChanges {
  readonly added: readonly PublishedEntry[];
  /** Only the attributes that differ; an empty one goes. */
  readonly changed: readonly PublishedEntry[];
  /** Names of entries, those below others first. */
  readonly removed: readonly string[];
  readonly unchanged: number;
}

/** What has to be done so that a directory holds what is wanted, and no more below the site's own entry. */
export function publicationChanges(
  wanted: readonly PublishedEntry[],
  present: readonly PublishedEntry[],
  removable: string,
): PublicationChanges {
  const key = (dn: string) => dn.toLowerCase().replace(/\s*,\s*/g, ',');
  const known = new Map(present.map((one) => [key(one.dn), one]));
  const kept = new Set(wanted.map(({ dn }) => key(dn)));
  const changed = wanted.flatMap(({ dn, attributes }) => {
    const before = known.get(key(dn));
    const differing = before ? difference(attributes, before.attributes) : {};
    return Object.keys(differing).length === 0 ? [] : [{ dn, attributes: differing }];
  });
  const added = wanted.filter(({ dn }) => !known.has(key(dn)));
  const isOwn = (dn: string) => key(dn) === key(removable) || key(dn).endsWith(`,${key(removable)}`);
  const removed = present.filter(({ dn }) => !kept.has(key(dn)) && isOwn(dn));
  return {
    added,
    changed,
    removed: removed.map(({ dn }) => dn).sort((a, b) => b.length - a.length),
    unchanged: wanted.length - added.length - changed.length,
  };
}

/** Classes and names of an entry stay what they are. */
function difference(wanted: PublishedEntry['attributes'], present: PublishedEntry['attributes']) {
  const named = (of: PublishedEntry['attributes']) =>
    Object.entries(of).filter(([name]) => name.startsWith('tenkai'));
  const isSame = (one: readonly string[], other: readonly string[] = []) =>
    one.length === other.length && one.every((value) => other.includes(value));
  const changed = named(wanted).filter(([name, values]) => !isSame(values, present[name]));
  const gone = named(present).flatMap(([name]) => (name in wanted ? [] : [[name, []] as const]));
  return Object.fromEntries([...changed, ...gone]);
}

/**
 * What the entries of a container say to a machine: the servers of the site that was chosen on purpose, else of the one
 * whose boundary holds one of its addresses. Anybody with rights there may have written them: what is malformed counts
 * for nothing, and no more than 16 servers are named.
 */
export function findInDirectory(
  entries: readonly PublishedEntry[],
  { addresses, siteCode }: { readonly addresses: readonly string[]; readonly siteCode?: string | undefined },
): SourceAnswer {
  const servers = (code: string) =>
    ofClass(entries, 'tenkaiSite')
      .filter(({ attributes }) => codeOf(attributes) === code)
      .flatMap(({ attributes }) => serversOf(attributes));
  if (siteCode !== undefined) {
    const found = candidates(servers(siteCode), siteCode);
    return found.length > 0
      ? { found }
      : { nothing: { code: 'directory-knows-no-site', params: { siteCode } } };
  }
  const match = matchBoundary(addresses, ofClass(entries, 'tenkaiBoundary').flatMap(toBoundary));
  if (!match) return { nothing: { code: 'outside-boundaries', params: { addresses: addresses.join(', ') } } };
  const { siteCode: code, managementPoint, name } = match.boundary;
  const found = candidates(managementPoint === null ? servers(code) : [managementPoint], code);
  return found.length > 0 ? { found } : { nothing: { code: 'boundary-without-address', params: { name } } };
}

const maxCandidates = 16;
const candidates = (urls: readonly string[], siteCode: string): Candidate[] =>
  [...new Set(urls)].slice(0, maxCandidates).map((url) => ({ url, siteCode }));

function ofClass(entries: readonly PublishedEntry[], name: DirectoryClass): readonly PublishedEntry[] {
  const wanted = name.toLowerCase();
  return entries.filter(({ attributes }) =>
    attributes.objectClass?.some((one) => one.toLowerCase() === wanted),
  );
}

function codeOf({ tenkaiSiteCode: [code = ''] = [] }: PublishedEntry['attributes']): string | undefined {
  const upper = code.toUpperCase();
  return /^[A-Z0-9]{3}$/.test(upper) ? upper : undefined;
}

function serversOf({ tenkaiManagementPoint: values = [] }: PublishedEntry['attributes']): string[] {
  return values.flatMap((value) => {
    const read = parseRoleAddress(value);
    return 'url' in read ? [read.url] : [];
  });
}

function toBoundary({ attributes }: PublishedEntry): Boundary[] {
  const siteCode = codeOf(attributes);
  const [range = ''] = attributes.tenkaiAddressRange ?? [];
  if (siteCode === undefined || range.length > 100 || !parseAddressSpan(range)) return [];
  const [managementPoint = null] = serversOf(attributes);
  const name = (attributes.tenkaiBoundaryName?.[0] ?? range).replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd');
  return [{ name: name.slice(0, 200), range, siteCode, managementPoint, isForAssignment: true }];
}

/** `ldaps://host[:port]/base`, or `ldap://…` where TLS begins before anything is said. */
export function parseDirectoryUrl(text: string): { server: string; base: string } | undefined {
  const [, scheme = '', place = '', base = ''] = /^(ldaps?):\/\/([^/?#@\s]+)\/([^?#]+)$/i.exec(text) ?? [];
  const read = parseRoleAddress(place);
  const decoded = decode(base);
  if (!('url' in read) || decoded === undefined || !isDistinguishedName(decoded)) return undefined;
  const { hostname } = new URL(read.url);
  const port = /:(\d+)$/.exec(place.replace(/^\[[^\]]*\]/, ''))?.[1];
  return { server: `${scheme.toLowerCase()}://${hostname}${port ? `:${Number(port)}` : ''}`, base: decoded };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Enough to find a typing mistake; the directory knows better. */
export function isDistinguishedName(text: string): boolean {
  const parts = text.split(/(?<!\\),/);
  return text.length <= 1000 && parts.every((part) => /^\s*[A-Za-z][A-Za-z0-9.-]*\s*=\s*\S.*$/.test(part));
}
