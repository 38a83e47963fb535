import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  buildManifest,
  canonicalManifest,
  chunkPath,
  chunkReader,
  type Manifest,
  manifestPath,
} from '@tenkai/transfer';
import type { SmallSite } from './site.ts';

/** Files of a package: text or bytes by path; executable where the text begins with `#!`. */
export type PackageFiles = Readonly<Record<string, string | Buffer>>;

/** Content as the site's distribution point serves it, with a manifest that the site signed. */
export async function publishContent(site: SmallSite, files: PackageFiles): Promise<Manifest> {
  const { manifest, objects } = await packContent(files);
  for (const [sha256, bytes] of objects) site.serve(`/content/${chunkPath(sha256)}`, bytes);
  const signed = site.keys.signManifest(canonicalManifest(manifest));
  site.serve(`/content/${manifestPath(manifest.contentId)}`, JSON.stringify(signed));
  return manifest;
}

/** The manifest of files and their chunks by hash, by way of a folder as an administrator has one. */
export async function packContent(files: PackageFiles) {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-pack-'));
  try {
    const tops = new Set<string>();
    for (const [path, content] of Object.entries(files)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { mode: String(content).startsWith('#!') ? 0o755 : 0o644 });
      tops.add(join(folder, path.split('/')[0] ?? ''));
    }
    const { manifest, sources } = await buildManifest({ folders: [...tops] });
    const read = chunkReader(sources);
    const objects = new Map<string, Buffer>();
    for (const file of manifest.files) {
      for (const [index, { sha256 }] of file.chunks.entries())
        objects.set(sha256, Buffer.from(await read(file, index)));
    }
    return { manifest, objects };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
