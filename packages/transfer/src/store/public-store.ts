import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { manifestPath } from '../manifest/manifest.ts';
import { type ChunkStore, openChunkStore } from './chunk-store.ts';

/** Modes of what another user, the web server, shall read whatever the umask. */
export const publicFolderMode = 0o755;
export const publicFileMode = 0o644;

/** A store in a folder that a web server publishes: what is put there can be read by everybody. */
export async function openPublicStore({ root }: { root: string }): Promise<ChunkStore> {
  const store = await openChunkStore({ root });
  for (const name of ['objects', 'manifests']) await chmod(join(root, name), publicFolderMode);
  return {
    ...store,
    async put(sha256, bytes, options) {
      const result = await store.put(sha256, bytes, options);
      await chmod(dirname(store.pathOf(sha256)), publicFolderMode);
      await chmod(store.pathOf(sha256), publicFileMode);
      return result;
    },
    async putManifest(manifest, proof) {
      await store.putManifest(manifest, proof);
      await chmod(join(root, manifestPath(manifest.contentId)), publicFileMode);
    },
  };
}
