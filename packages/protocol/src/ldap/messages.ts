import { children, type Element, element, integer, tags, toNumber } from './ber.ts';

/** Operations of RFC 4511, section 4, by their tag. */
export const operations = {
  bind: 0x60,
  bindReply: 0x61,
  unbind: 0x42,
  search: 0x63,
  entry: 0x64,
  searchDone: 0x65,
  modify: 0x66,
  add: 0x68,
  remove: 0x4a,
  reference: 0x73,
  extended: 0x77,
} as const;

const pagedResults = '1.2.840.113556.1.4.319';
const startTlsName = '1.3.6.1.4.1.1466.20037';

/** Values of each attribute, as text. */
export type Attributes = Readonly<Record<string, readonly string[]>>;

export interface DirectoryEntry {
  /** Distinguished name. */
  readonly dn: string;
  readonly attributes: Attributes;
}

export interface Search {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  /** Entries with one of these classes. */
  readonly classes: readonly string[];
  readonly attributes: readonly string[];
}

export const bindRequest = (name: string, secret: string) =>
  element(operations.bind, integer(3), element(tags.octets, name), element(0x80, secret));
export const unbindRequest = () => element(operations.unbind);
export const startTlsRequest = () => element(operations.extended, element(0x80, startTlsName));
export const removeRequest = (dn: string) => element(operations.remove, dn);

export function addRequest({ dn, attributes }: DirectoryEntry): Buffer {
  const list = Object.entries(attributes).map(([type, values]) => attribute(type, values));
  return element(operations.add, element(tags.octets, dn), element(tags.sequence, ...list));
}

/** Each attribute gets exactly these values; none: it goes. */
export function replaceRequest({ dn, attributes }: DirectoryEntry): Buffer {
  const changes = Object.entries(attributes).map(([type, values]) =>
    element(tags.sequence, integer(2, tags.enumerated), attribute(type, values)),
  );
  return element(operations.modify, element(tags.octets, dn), element(tags.sequence, ...changes));
}

const scopes = { base: 0, one: 1, sub: 2 } as const;

export function searchRequest({ base, scope, classes, attributes }: Search): Buffer {
  const isOf = (name: string) =>
    element(0xa3, element(tags.octets, 'objectClass'), element(tags.octets, name));
  return element(
    operations.search,
    element(tags.octets, base),
    integer(scopes[scope], tags.enumerated),
    integer(0, tags.enumerated),
    integer(0),
    integer(0),
    element(tags.boolean, Uint8Array.of(0)),
    element(0xa1, ...classes.map(isOf)),
    element(tags.sequence, ...attributes.map((name) => element(tags.octets, name))),
  );
}

/** Asks for `size` entries and the place where the next ones begin (RFC 2696). */
export function pageControl(size: number, cookie: Buffer): Buffer {
  const value = element(tags.sequence, integer(size), element(tags.octets, cookie));
  const control = element(tags.sequence, element(tags.octets, pagedResults), element(tags.octets, value));
  return element(0xa0, control);
}

function attribute(type: string, values: readonly string[]): Buffer {
  const set = element(tags.set, ...values.map((value) => element(tags.octets, value)));
  return element(tags.sequence, element(tags.octets, type), set);
}

/** What came for one request. */
export interface Reply {
  readonly tag: number;
  /** Of a final reply; 0: done. */
  readonly result: number;
  readonly entry: DirectoryEntry | null;
  /** Where the next page begins; empty: there is none. */
  readonly cookie: Buffer;
}

/** Reads a message. @throws RangeError where it is none */
export function readReply(message: Element): { readonly id: number; readonly reply: Reply } {
  const [id, operation, controls] = children(message);
  if (message.tag !== tags.sequence || !id || !operation) throw new RangeError('no message of LDAP');
  const isEntry = operation.tag === operations.entry;
  const isReference = operation.tag === operations.reference;
  const [result] = isEntry || isReference ? [] : children(operation);
  return {
    id: toNumber(id),
    reply: {
      tag: operation.tag,
      result: result ? toNumber(result) : 0,
      entry: isEntry ? readEntry(operation) : null,
      cookie: controls ? cookieOf(controls) : Buffer.alloc(0),
    },
  };
}

function readEntry(operation: Element): DirectoryEntry {
  const [dn, list] = children(operation);
  if (!dn || !list) throw new RangeError('no entry');
  const attributes = children(list).map((one) => {
    const [type, values] = children(one);
    if (!type || !values) throw new RangeError('no attribute');
    return [text(type), children(values).map(text)] as const;
  });
  return { dn: text(dn), attributes: Object.fromEntries(attributes) };
}

function cookieOf(controls: Element): Buffer {
  for (const control of children(controls)) {
    const [type, ...rest] = children(control);
    const value = rest.at(-1);
    if (!type || !value || text(type) !== pagedResults) continue;
    const [sequence] = children(value);
    const [, cookie] = sequence ? children(sequence) : [];
    if (cookie) return Buffer.from(cookie.value);
  }
  return Buffer.alloc(0);
}

const text = ({ value }: Element) => value.toString('utf8');

const resultNames: Readonly<Record<number, string>> = {
  1: 'operationsError',
  4: 'sizeLimitExceeded',
  8: 'strongerAuthRequired',
  11: 'adminLimitExceeded',
  13: 'confidentialityRequired',
  16: 'noSuchAttribute',
  17: 'undefinedAttributeType',
  19: 'constraintViolation',
  21: 'invalidAttributeSyntax',
  32: 'noSuchObject',
  34: 'invalidDNSyntax',
  48: 'inappropriateAuthentication',
  49: 'invalidCredentials',
  50: 'insufficientAccessRights',
  52: 'unavailable',
  53: 'unwillingToPerform',
  64: 'namingViolation',
  65: 'objectClassViolation',
  68: 'entryAlreadyExists',
};

/** RFC 4511, appendix A. What the directory says itself is never repeated. */
export const resultName = (result: number) => resultNames[result] ?? `resultCode ${result}`;
