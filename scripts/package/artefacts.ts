/** What the build has put into a folder, as people ask for it before they give it to others (AGENT-08). */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { patchLimitBytes } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { PatchDocument, readPatchText } from '@tenkai/protocol/agent/patch.ts';
import { Check } from 'typebox/value';

export type ArtefactKind = 'bootstrapper' | 'package' | 'patch' | 'archive';

export interface Artefact {
  readonly file: string;
  readonly kind: ArtefactKind;
  /** Of a patch for Windows, that of the package for which it is. Null: none of its own, as the bootstrapper's. */
  readonly version: string | null;
  readonly architecture: string | null;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

type Named = Pick<Artefact, 'kind' | 'version' | 'architecture'>;

/** By their names, which the build gives. */
const names: readonly (readonly [RegExp, ArtefactKind])[] = [
  [/^tenkai-(?:agent|server)_(?<version>[^_]+)_(?<architecture>amd64|arm64)\.deb$/, 'package'],
  [/^tenkai-(?:agent|server)-(?<version>.+)-\d+\.(?<architecture>x86_64|aarch64)\.rpm$/, 'package'],
  [/^tenkai-agent-(?<version>.+)-(?<architecture>x64)\.msi$/, 'package'],
  [/^tenkai-agent-(?<version>.+)-[A-Z]{2,8}\d{3,8}\.msp$/, 'patch'],
  [/^tenkai-server-(?<version>.+)-windows-(?<architecture>x64)\.tar\.gz$/, 'archive'],
  [/^install-agent\.sh$/, 'bootstrapper'],
];

/** Of what a name says; null: it is none of ours. */
export function artefactOf(file: string): Named | null {
  for (const [pattern, kind] of names) {
    const match = pattern.exec(file);
    const { version = null, architecture = null } = match?.groups ?? {};
    if (match) return { kind, version, architecture };
  }
  return null;
}

/** By name. @throws Error as readdir */
export async function listArtefacts(folder: string): Promise<Artefact[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const artefacts: Artefact[] = [];
  for (const file of files.sort()) {
    const path = join(folder, file);
    const named = file.endsWith('.tkp') ? await patchOf(path) : artefactOf(file);
    if (named) artefacts.push({ file, ...named, ...(await measured(path)) });
  }
  return artefacts;
}

/** Somebody named the file of a patch: what it is, it says itself. */
async function patchOf(path: string): Promise<Named | null> {
  try {
    const text = await promisify(gunzip)(await readFile(path), { maxOutputLength: 4 * patchLimitBytes });
    const document: unknown = JSON.parse(text.toString('utf8'));
    if (!Check(PatchDocument, document)) return null;
    const { files, architecture } = readPatchText(document.patch, path);
    return { kind: 'patch', version: files[0]?.version ?? null, architecture };
  } catch {
    return null;
  }
}

async function measured(path: string): Promise<Pick<Artefact, 'sizeBytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  });
  return { sizeBytes, sha256: hash.digest('hex') };
}
