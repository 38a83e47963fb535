import type { FindingCode } from './findings.ts';

/** pkcs-9-ub-friendlyName of RFC 2985, in UTF-16 units as BMPString counts them. */
export const longestFriendlyName = 255;

export interface CleanName {
  /** Empty: the certificate is better without a friendly name. */
  readonly text: string;
  readonly codes: readonly FindingCode[];
}

// C0 and C1, marks that turn the direction of writing (names are read by people), byte order marks and noncharacters.
const control = /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/u;
const controls = new RegExp(`\\s*${control.source}+\\s*`, 'gu');

/**
 * The name as every store takes it. What stands before the first NUL is what Windows has shown so far, hence it is
 * kept; other control characters become a space. A clean name comes back as it is.
 * Source: IDENT-03, IDENT-09.
 */
export function cleanFriendlyName(name: string): CleanName {
  const codes: FindingCode[] = [];
  let text = name;
  if (text === '') return { text, codes: ['name-empty'] };
  if (text.includes('\0')) {
    codes.push('name-nul');
    text = text.split('\0').find((part) => part.trim() !== '') ?? '';
  }
  if (control.test(text) || !text.isWellFormed()) {
    codes.push('name-control');
    text = withoutControls(text);
  }
  if (text.length > longestFriendlyName) {
    codes.push('name-too-long');
    text = cutAtCharacter(text);
  }
  return { text, codes };
}

function withoutControls(text: string): string {
  const wellFormed = [...text].map((character) => (character.isWellFormed() ? character : '\u0001')).join('');
  return wellFormed.replace(controls, ' ').trim();
}

function cutAtCharacter(text: string): string {
  const end = text.slice(0, longestFriendlyName);
  return end.isWellFormed() ? end : end.slice(0, -1);
}

export function isCleanFriendlyName(name: string): boolean {
  return cleanFriendlyName(name).codes.length === 0;
}

/** The property of a certificate in a Windows store: UTF-16LE with exactly one terminator (IDENT-03). */
export function friendlyNameProperty(name: string): Buffer {
  return Buffer.from(`${cleanFriendlyName(name).text}\0`, 'utf16le');
}

/** What a Windows store holds as the property. */
export function judgeFriendlyNameProperty(property: Buffer): CleanName {
  const codes: FindingCode[] = property.length % 2 === 1 ? ['name-odd-length'] : [];
  const text = property.subarray(0, property.length & ~1).toString('utf16le');
  const isTerminated = text.endsWith('\0');
  if (!isTerminated) codes.push('name-terminator');
  const clean = cleanFriendlyName(isTerminated ? text.slice(0, -1) : text);
  return { text: clean.text, codes: [...codes, ...clean.codes] };
}
