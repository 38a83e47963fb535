/**
 * What a directory has to know before a site can publish itself in it: the shape of the old product's extended schema
 * (a container, sites, boundaries), under names and numbers of our own.
 */

/** Drawn once from a random UUID, below an arc that is made for that; never reused. */
const arc = '1.2.840.113556.1.8000.2554.64120.29216.31717.19999.34157.8192549.6631357';

interface AttributeRow {
  readonly number: number;
  readonly description: string;
  readonly isSingle: boolean;
}

export const directoryAttributes = {
  tenkaiSiteCode: { number: 1, description: 'Site code, three letters or digits', isSingle: true },
  tenkaiSiteName: { number: 2, description: 'Name of the site', isSingle: true },
  tenkaiManagementPoint: { number: 3, description: 'https://HOST:PORT of a server', isSingle: false },
  tenkaiAddressRange: { number: 4, description: 'Subnet, or range FIRST-LAST', isSingle: true },
  tenkaiBoundaryName: { number: 5, description: 'Name of a boundary', isSingle: true },
} as const satisfies Record<string, AttributeRow>;
export type DirectoryAttribute = keyof typeof directoryAttributes;

interface ClassRow {
  readonly number: number;
  readonly description: string;
  readonly must: readonly DirectoryAttribute[];
  readonly may: readonly DirectoryAttribute[];
}

export const directoryClasses = {
  tenkaiContainer: { number: 101, description: 'Holds what sites publish', must: [], may: [] },
  tenkaiSite: {
    number: 102,
    description: 'A site and its servers',
    must: ['tenkaiSiteCode'],
    may: ['tenkaiSiteName', 'tenkaiManagementPoint'],
  },
  tenkaiBoundary: {
    number: 103,
    description: 'A part of the network and the site of its machines',
    must: ['tenkaiSiteCode', 'tenkaiAddressRange'],
    may: ['tenkaiBoundaryName', 'tenkaiManagementPoint'],
  },
} as const satisfies Record<string, ClassRow>;
export type DirectoryClass = keyof typeof directoryClasses;

export const schemaForms = ['openldap', 'slapd-conf'] as const;
export type SchemaForm = (typeof schemaForms)[number];

/** The schema as a file: LDIF for `cn=config` of OpenLDAP, or a file that slapd.conf includes. */
export function schemaText(form: SchemaForm): string {
  const attributes = Object.entries(directoryAttributes).map(([name, row]) => attributeText(name, row));
  const classes = Object.entries(directoryClasses).map(([name, row]) => classText(name, row));
  if (form === 'slapd-conf')
    return `${[...attributes.map((one) => `attributetype ${one}`), ...classes.map((one) => `objectclass ${one}`)].join('\n\n')}\n`;
  return `${[
    'dn: cn=tenkai,cn=schema,cn=config',
    'objectClass: olcSchemaConfig',
    'cn: tenkai',
    ...attributes.map((one) => `olcAttributeTypes: ${one}`),
    ...classes.map((one) => `olcObjectClasses: ${one}`),
  ].join('\n')}\n`;
}

/** Directory String; compared without regard to case. */
function attributeText(name: string, { number, description, isSingle }: AttributeRow): string {
  const syntax = `EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{1024}`;
  return `( ${arc}.${number} NAME '${name}' DESC '${description}' ${syntax}${isSingle ? ' SINGLE-VALUE' : ''} )`;
}

function classText(name: string, { number, description, must, may }: ClassRow): string {
  const list = (names: readonly string[]) => `( ${names.join(' $ ')} )`;
  const optional = may.length === 0 ? '' : ` MAY ${list(may)}`;
  return `( ${arc}.${number} NAME '${name}' DESC '${description}' SUP top STRUCTURAL MUST ${list(['cn', ...must])}${optional} )`;
}
