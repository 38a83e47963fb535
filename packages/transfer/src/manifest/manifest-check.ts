import { Failure } from '../failures.ts';
import { checkContentPath, checkDistinctPaths } from './content-path.ts';
import {
  CHUNK_SIZE_BYTES,
  type Manifest,
  type ManifestBody,
  type ManifestChunk,
  type ManifestFile,
  type SignedManifest,
} from './manifest.ts';

export interface ManifestLimits {
  readonly maxFiles: number;
  readonly maxTotalBytes: number;
}

export const defaultManifestLimits: ManifestLimits = { maxFiles: 100_000, maxTotalBytes: 2 ** 40 };

/** Longest manifest text that is parsed: 100,000 files with long names, or 1 TiB in chunks, stay below it. */
export const MANIFEST_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Checks everything about a manifest but its hash: form, order, sizes, paths and limits. What it returns holds the
 * known fields only.
 * @throws Failure content-manifest-invalid, content-path-*, content-too-many-files, content-too-large
 */
export function checkManifest(value: unknown, limits: ManifestLimits = defaultManifestLimits): Manifest {
  const object = record(value, 'manifest', ['contentId', 'files', 'totalBytes', 'version']);
  const body = checkManifestBody({ ...object, contentId: undefined }, limits);
  return { ...body, contentId: hash(object.contentId, 'contentId') };
}

/** As checkManifest, for a body that has no contentId yet. */
export function checkManifestBody(
  value: unknown,
  limits: ManifestLimits = defaultManifestLimits,
): ManifestBody {
  const object = record(value, 'manifest', ['contentId', 'files', 'totalBytes', 'version']);
  if (object.version !== 1) throw invalid('version is not 1');
  const entries = list(object.files, 'files');
  if (entries.length > limits.maxFiles)
    throw new Failure('content-too-many-files', { limit: limits.maxFiles });
  const files = entries.map((entry, index) => checkFile(entry, `files[${index}]`));
  checkOrder(files);
  checkDistinctPaths(files.map((file) => file.path));
  checkOneSizePerHash(files);
  return { version: 1, files, totalBytes: checkTotal(object.totalBytes, files, limits) };
}

function checkFile(value: unknown, where: string): ManifestFile {
  const object = record(value, where, ['chunks', 'isExecutable', 'path', 'sizeBytes']);
  const { path, isExecutable } = object;
  if (typeof path !== 'string') throw invalid(`${where}.path is not a text`);
  checkContentPath(path);
  if (typeof isExecutable !== 'boolean') throw invalid(`${where}.isExecutable is not true or false`);
  const sizeBytes = count(object.sizeBytes, `${where}.sizeBytes`);
  const chunks = list(object.chunks, `${where}.chunks`).map((chunk, index) =>
    checkChunk(chunk, `${where}.chunks[${index}]`),
  );
  checkChunkSizes(chunks, sizeBytes, where);
  return { path, sizeBytes, isExecutable, chunks };
}

function checkChunk(value: unknown, where: string): ManifestChunk {
  const object = record(value, where, ['sha256', 'sizeBytes']);
  return { sha256: hash(object.sha256, where), sizeBytes: count(object.sizeBytes, where) };
}

// A chunk's place in its file follows from its index alone, so that chunks can be written in any order.
function checkChunkSizes(chunks: readonly ManifestChunk[], sizeBytes: number, where: string): void {
  if (chunks.length !== Math.ceil(sizeBytes / CHUNK_SIZE_BYTES))
    throw invalid(`${where} has a wrong number of chunks`);
  chunks.forEach((chunk, index) => {
    const expected = Math.min(CHUNK_SIZE_BYTES, sizeBytes - index * CHUNK_SIZE_BYTES);
    if (chunk.sizeBytes !== expected) throw invalid(`${where}.chunks[${index}] has a wrong size`);
  });
}

function checkOneSizePerHash(files: readonly ManifestFile[]): void {
  const sizes = new Map<string, number>();
  for (const file of files) {
    for (const { sha256, sizeBytes } of file.chunks) {
      if ((sizes.get(sha256) ?? sizeBytes) !== sizeBytes) throw invalid(`chunk ${sha256} has two sizes`);
      sizes.set(sha256, sizeBytes);
    }
  }
}

function checkOrder(files: readonly ManifestFile[]): void {
  for (let index = 1; index < files.length; index++) {
    const before = files[index - 1]?.path ?? '';
    const path = files[index]?.path ?? '';
    if (before === path) throw new Failure('content-path-duplicate', { path, other: before });
    if (before > path) throw invalid('files are not sorted by path');
  }
}

function checkTotal(value: unknown, files: readonly ManifestFile[], limits: ManifestLimits): number {
  const totalBytes = count(value, 'totalBytes');
  if (totalBytes > limits.maxTotalBytes)
    throw new Failure('content-too-large', { limitBytes: limits.maxTotalBytes });
  if (totalBytes !== files.reduce((sum, file) => sum + file.sizeBytes, 0))
    throw invalid('totalBytes is not the sum');
  return totalBytes;
}

/** As published: text, signature and certificate, of which the text alone is looked into here. */
export function checkSignedManifest(value: unknown): SignedManifest {
  const { body, certificate, signature } = record(value, 'signed manifest', [
    'body',
    'certificate',
    'signature',
  ]);
  if (typeof body !== 'string') throw invalid('body is not a text');
  if (typeof certificate !== 'string') throw invalid('certificate is not a text');
  if (typeof signature !== 'string') throw invalid('signature is not a text');
  return { body, signature, certificate };
}

function record(value: unknown, where: string, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${where} is not an object`);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalid(`${where} has an unknown field`);
  return value as Record<string, unknown>;
}

function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(`${where} is not a list`);
  // A copy without holes, which map and forEach would pass over unchecked.
  return Array.from(value);
}

function count(value: unknown, where: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw invalid(`${where} is not a number of bytes`);
}

/** A SHA-256 as 64 lower-case hexadecimal digits, or a refusal: it becomes a file name. */
function hash(value: unknown, where: string): string {
  if (isSha256(value)) return value;
  throw invalid(`${where} is not a SHA-256`);
}

export function isSha256(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function invalid(detail: string): Failure {
  return new Failure('content-manifest-invalid', {}, { detail });
}
