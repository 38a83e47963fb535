import { canonicalJson } from '@tenkai/domain/canonical-json.ts';
import { isSha256 } from '../manifest/manifest-check.ts';
import { Failure } from './failures.ts';
import { type RepositoryKey, type RepositorySignature, signText } from './keys.ts';

/** What one signed index says: everything that is in the repository at that version (decision 0045). */
export interface RepositoryIndex {
  readonly format: 1;
  /** The publisher's name for it. */
  readonly name: string;
  /** Grows by one with each index that is signed, and is never used twice. */
  readonly version: number;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** After it nobody may use this index any more. */
  readonly expiresAt: number;
  /** Sorted by id, each id once. */
  readonly packages: readonly RepositoryEntry[];
}

export interface RepositoryEntry {
  readonly id: string;
  /** Version of the index that brought this state of the package: always higher for a later state. */
  readonly revision: number;
  /** SHA-256 of the description file `packages/<id>/<sha256>.json`. */
  readonly description: string;
  readonly contentId: string | null;
  readonly contentBytes: number;
}

/** `index.json` as it is published: the canonical text, and one signature or, while a key changes, two. */
export interface SignedIndex {
  readonly body: string;
  readonly signatures: readonly RepositorySignature[];
}

export const indexPath = 'index.json';
/** Longest index and description that are read. */
export const INDEX_LIMIT_BYTES = 32 * 1024 * 1024;
export const DESCRIPTION_LIMIT_BYTES = 4 * 1024 * 1024;
const signaturesLimit = 8;

export function descriptionPath(entry: Pick<RepositoryEntry, 'id' | 'description'>): string {
  return `packages/${entry.id}/${entry.description}.json`;
}

/** Domain separation: a signature over an index can never be one over anything else. */
export function indexProof(body: string): string {
  return `tenkai-repository-index-1\n${body}`;
}

export function signIndex(index: RepositoryIndex, keys: readonly RepositoryKey[]): SignedIndex {
  const body = canonicalJson(index);
  return { body, signatures: keys.map((key) => signText(key, indexProof(body))) };
}

/**
 * The form of an index file that anyone may have sent; no signature is looked at here.
 * @throws Failure repository-invalid
 */
export function parseIndex(text: string | Uint8Array): { index: RepositoryIndex; signed: SignedIndex } {
  const outer = object(json(text), ['body', 'signatures']);
  if (typeof outer.body !== 'string' || !Array.isArray(outer.signatures)) throw invalid('form');
  if (outer.signatures.length > signaturesLimit) throw invalid('too many signatures');
  const signatures = outer.signatures.map(signature);
  return { index: checkIndex(json(outer.body)), signed: { body: outer.body, signatures } };
}

function signature(value: unknown): RepositorySignature {
  const { publicKey, signature: bytes } = object(value, ['publicKey', 'signature']);
  if (typeof publicKey !== 'string' || typeof bytes !== 'string') throw invalid('signature');
  return { publicKey, signature: bytes };
}

function checkIndex(value: unknown): RepositoryIndex {
  const found = object(value, ['format', 'name', 'version', 'issuedAt', 'expiresAt', 'packages']);
  if (found.format !== 1) throw invalid('its format is newer than this program');
  if (typeof found.name !== 'string' || found.name.length > 127) throw invalid('name');
  if (!Array.isArray(found.packages)) throw invalid('packages');
  const version = count(found.version, 'version');
  const packages = found.packages.map((entry) => checkEntry(entry, version));
  packages.forEach((entry, place) => {
    if (place > 0 && (packages[place - 1]?.id ?? '') >= entry.id) throw invalid('packages are not sorted');
  });
  const [issuedAt, expiresAt] = [count(found.issuedAt, 'issuedAt'), count(found.expiresAt, 'expiresAt')];
  return { format: 1, name: found.name, version, issuedAt, expiresAt, packages };
}

function checkEntry(value: unknown, version: number): RepositoryEntry {
  const entry = object(value, ['id', 'revision', 'description', 'contentId', 'contentBytes']);
  const { id, description, contentId } = entry;
  // It becomes a part of a path.
  if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,63}$/.test(id)) throw invalid('package id');
  if (!isSha256(description)) throw invalid('description');
  if (contentId !== null && !isSha256(contentId)) throw invalid('contentId');
  const revision = count(entry.revision, 'revision');
  if (revision > version) throw invalid('revision is above the version');
  return { id, revision, description, contentId, contentBytes: count(entry.contentBytes, 'contentBytes') };
}

function json(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(
      typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true }).decode(text),
    );
  } catch {
    throw invalid('it is not JSON');
  }
}

function object(value: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('form');
  if (Object.keys(value).some((key) => !known.includes(key))) throw invalid('unknown field');
  return value as Record<string, unknown>;
}

function count(value: unknown, what: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw invalid(what);
}

function invalid(detail: string): Failure {
  return new Failure('repository-invalid', { path: indexPath }, { detail });
}
