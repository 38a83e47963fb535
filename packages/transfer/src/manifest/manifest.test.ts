import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from '@tenkai/domain/canonical-json.ts';
import fc from 'fast-check';
import { Failure } from '../failures.ts';
import {
  CHUNK_SIZE_BYTES,
  canonicalManifest,
  chunkPath,
  distinctChunks,
  type Manifest,
  type ManifestFile,
  manifestPath,
} from './manifest.ts';
import { checkManifest } from './manifest-check.ts';
import { manifestDigest, parseManifest, parseSignedManifest, sealManifest } from './manifest-digest.ts';

const hex = (digit: string) => digit.repeat(64);

function fileOf(path: string, sizeBytes: number, digit = 'a'): ManifestFile {
  const chunks = [];
  for (let position = 0; position < sizeBytes; position += CHUNK_SIZE_BYTES) {
    const size = Math.min(CHUNK_SIZE_BYTES, sizeBytes - position);
    chunks.push({ sha256: hex(size === CHUNK_SIZE_BYTES ? digit : 'f'), sizeBytes: size });
  }
  return { path, sizeBytes, isExecutable: false, chunks };
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return '';
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

const name = fc
  .stringMatching(/^[a-z0-9]{1,8}$/)
  .filter((text) => !/^(con|prn|aux|nul|com\d|lpt\d)$/.test(text));
const size = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.integer({ min: CHUNK_SIZE_BYTES - 1, max: CHUNK_SIZE_BYTES + 1 }),
);
const manifests = fc
  .uniqueArray(fc.tuple(name, fc.boolean(), size), { selector: ([text]) => text, minLength: 1, maxLength: 6 })
  .map((entries) =>
    sealManifest(
      entries.map(([text, isExecutable, bytes]) => {
        // The last chunk's hash follows from its size, so that one hash has one size throughout.
        const file = fileOf(`top/${text}`, bytes);
        const chunks = file.chunks.map((chunk) => ({
          ...chunk,
          sha256: chunk.sizeBytes.toString(16).padStart(64, '0'),
        }));
        return { ...file, isExecutable, chunks };
      }),
    ),
  );

test('a manifest comes back from its JSON as it was, whatever the order of its keys', () => {
  fc.assert(
    fc.property(manifests, (manifest) => {
      assert.deepEqual(parseManifest(JSON.stringify(manifest)), manifest);
      const shuffled = JSON.stringify(Object.fromEntries(Object.entries(manifest).reverse()));
      assert.deepEqual(parseManifest(Buffer.from(shuffled), { contentId: manifest.contentId }), manifest);
    }),
  );
});

test('the canonical text is that of RFC 8785, and independent of the order of files', () => {
  fc.assert(
    fc.property(manifests, (manifest) => {
      const { contentId, ...body } = manifest;
      assert.equal(canonicalManifest(manifest), canonicalJson(body));
      assert.equal(sealManifest([...manifest.files].reverse()).contentId, contentId);
      assert.equal(manifestDigest(manifest), contentId);
    }),
  );
});

/** Every place of a JSON value, as the keys that lead there. */
function placesOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...path, key]))];
}

function replaceAt(value: unknown, path: readonly (string | number)[], next: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  if (rest.length === 0 && next === undefined) delete copy[key];
  else copy[key] = replaceAt(copy[key], rest, next);
  return copy;
}

test('a manifest that was changed in any one place is refused with a code of its own', () => {
  const junk = fc.constantFrom(
    undefined,
    null,
    true,
    -1,
    1.5,
    2 ** 53,
    '',
    '../x',
    'A',
    [],
    {},
    hex('0'),
    hex('G'),
    [null],
  );
  fc.assert(
    fc.property(manifests, fc.nat(), junk, (manifest, pick, value) => {
      const places = placesOf(manifest).filter((path) => path.length > 0);
      const mutant = replaceAt(manifest, places[pick % places.length] ?? [], value);
      fc.pre(JSON.stringify(mutant) !== JSON.stringify(manifest));
      assert.match(
        codeOf(() => parseManifest(mutant as object)),
        /^content-/,
      );
    }),
    { numRuns: 1000 },
  );
});

const valid = sealManifest([fileOf('a/one', 5), fileOf('a/two', CHUNK_SIZE_BYTES + 5)]);
const [one, two] = valid.files as [ManifestFile, ManifestFile];

const hostile: [string, unknown, string][] = [
  ['no JSON object', null, 'content-manifest-invalid'],
  ['another version', { ...valid, version: 2 }, 'content-manifest-invalid'],
  ['an unknown field', { ...valid, script: 'x' }, 'content-manifest-invalid'],
  [
    'a file with an unknown field',
    { ...valid, files: [{ ...one, link: '/etc' }, two] },
    'content-manifest-invalid',
  ],
  ['unsorted files', { ...valid, files: [two, one] }, 'content-manifest-invalid'],
  ['the same file twice', { ...valid, files: [one, one, two] }, 'content-path-duplicate'],
  [
    'a hash with a slash',
    { ...valid, files: [{ ...one, chunks: [{ sha256: `../${hex('a')}`, sizeBytes: 5 }] }, two] },
    'content-manifest-invalid',
  ],
  [
    'a hash in upper case',
    { ...valid, files: [{ ...one, chunks: [{ sha256: hex('A'), sizeBytes: 5 }] }, two] },
    'content-manifest-invalid',
  ],
  [
    'one hash with two sizes',
    {
      ...valid,
      files: [{ ...one, sizeBytes: 6, chunks: [{ sha256: hex('f'), sizeBytes: 6 }] }, two],
      totalBytes: valid.totalBytes + 1,
    },
    'content-manifest-invalid',
  ],
  ['too few chunks', { ...valid, files: [{ ...one, chunks: [] }, two] }, 'content-manifest-invalid'],
  ['a wrong total', { ...valid, totalBytes: 1 }, 'content-manifest-invalid'],
  ['a total that is no whole number', { ...valid, totalBytes: 1.5 }, 'content-manifest-invalid'],
  [
    'a short first chunk',
    { ...valid, files: [one, { ...two, chunks: [...two.chunks].reverse() }] },
    'content-manifest-invalid',
  ],
  ['a text as contentId', { ...valid, contentId: '../../x' }, 'content-manifest-invalid'],
  ['another contentId', { ...valid, contentId: hex('1') }, 'content-manifest-mismatch'],
  [
    'a path out of the folder',
    { ...valid, files: [{ ...one, path: '../one' }, two] },
    'content-path-traversal',
  ],
  [
    'an executable bit that is a number',
    { ...valid, files: [{ ...one, isExecutable: 1 }, two] },
    'content-manifest-invalid',
  ],
];

for (const [what, value, code] of hostile) {
  test(`a manifest with ${what} is refused as ${code}`, () => {
    assert.equal(
      codeOf(() => parseManifest(value === null ? 'null' : (value as object))),
      code,
    );
  });
}

test('text that is not JSON is refused, and so is text that is too long', () => {
  assert.equal(
    codeOf(() => parseManifest('{')),
    'content-manifest-invalid',
  );
  assert.equal(
    codeOf(() => parseManifest(Buffer.from([0xff]))),
    'content-manifest-invalid',
  );
  assert.equal(
    codeOf(() => parseManifest(' '.repeat(64 * 1024 * 1024 + 1))),
    'content-too-large',
  );
  assert.equal(
    codeOf(() => parseManifest('{"__proto__":{"version":1}}')),
    'content-manifest-invalid',
  );
});

test('limits on the number of files and on bytes hold', () => {
  const limits = { maxFiles: 2, maxTotalBytes: valid.totalBytes };
  assert.equal(
    codeOf(() => checkManifest(valid, limits)),
    '',
  );
  assert.equal(
    codeOf(() => checkManifest(valid, { ...limits, maxFiles: 1 })),
    'content-too-many-files',
  );
  assert.equal(
    codeOf(() => checkManifest(valid, { ...limits, maxTotalBytes: 1 })),
    'content-too-large',
  );
  const many = Array.from({ length: 100_001 }, () => one);
  assert.equal(
    codeOf(() => checkManifest({ ...valid, files: many })),
    'content-too-many-files',
  );
});

test('a published manifest is taken only under its own contentId and in its canonical text', () => {
  const { contentId } = valid;
  const body = canonicalManifest(valid);
  const published = (text: string) => JSON.stringify({ body: text, signature: 's', certificate: 'c' });
  const { manifest, signed } = parseSignedManifest(published(body), { contentId });
  assert.deepEqual(manifest, valid);
  assert.deepEqual(signed, { body, signature: 's', certificate: 'c' });
  assert.equal(
    codeOf(() => parseSignedManifest(published(body), { contentId: hex('0') })),
    'content-manifest-mismatch',
  );
  assert.equal(
    codeOf(() => parseSignedManifest(published(` ${body}`), { contentId })),
    'content-manifest-mismatch',
  );
  assert.equal(
    codeOf(() => parseSignedManifest({ body, signature: 1, certificate: 'c' }, { contentId })),
    'content-manifest-invalid',
  );
});

test('the published layout names chunks and manifests by their hashes', () => {
  assert.equal(chunkPath(hex('a')), `objects/aa/${hex('a')}`);
  assert.equal(manifestPath(hex('b')), `manifests/${hex('b')}.json`);
  const manifest: Manifest = sealManifest([fileOf('a', CHUNK_SIZE_BYTES * 3), fileOf('b', CHUNK_SIZE_BYTES)]);
  assert.deepEqual([...distinctChunks(manifest).keys()], [hex('a')]);
});
