import { createHash } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import type { PlaceVerification } from '@tenkai/protocol/api/packages.ts';
import { type ChunkStore, distinctChunks } from '@tenkai/transfer';
import type { Kernel } from '../../kernel/kernel.ts';
import { listCopiesOf, type PointRow } from './content.store.ts';
import { openFolder, readChunkFile } from './folder-copy.ts';
import { listPoints } from './points.store.ts';
import { hashOfRemote, probeManifest, readRemote } from './probe.ts';

export interface VerifyDeps extends Pick<Kernel, 'db'> {
  readonly store: ChunkStore;
}

/** One place that holds chunks: the source, a folder, or a web server of which we know only the address. */
interface Place {
  readonly name: string;
  /** SHA-256 of what is there; undefined: nothing. */
  hashOf(sha256: string): Promise<string | undefined>;
  read(sha256: string): Promise<Uint8Array>;
  /** Absent: we cannot write there. */
  put?(sha256: string, bytes: Uint8Array): Promise<void>;
  /** Whether agents can reach it; throws where they cannot. */
  probe?(): Promise<void>;
}

/**
 * Reads every part of a content at the source and at each distribution point that holds it, and compares hashes. With
 * `repair`, bad parts are replaced: first at the source by a good copy from elsewhere, then everywhere by the source.
 * Source: DIST-33.
 */
export async function verifyContent(
  deps: VerifyDeps,
  { contentId, repair, signal }: { contentId: string; repair: boolean; signal: AbortSignal },
): Promise<PlaceVerification[]> {
  const { manifest } = await deps.store.readManifest(contentId);
  const hashes = [...distinctChunks(manifest).keys()];
  const source = storePlace('Site server', deps.store);
  const others = await copiesOf(deps, contentId, signal);
  const results: PlaceVerification[] = [];
  for (const place of [source, ...others]) {
    const donors = place === source ? others : [source];
    results.push(await verifyPlace(place, hashes, { donors: repair ? donors : [], signal }));
  }
  return results;
}

async function copiesOf({ db }: VerifyDeps, contentId: string, signal: AbortSignal): Promise<Place[]> {
  const copies = await listCopiesOf(db.read, [contentId]);
  const points = (await listPoints(db.read)).filter((point) =>
    copies.some((copy) => copy.point_id === point.id),
  );
  return Promise.all(points.map((point) => pointPlace(point, contentId, signal)));
}

async function pointPlace(point: PointRow, contentId: string, signal: AbortSignal): Promise<Place> {
  const remote = { baseUrl: point.base_url, signal };
  const probe = () => probeManifest(remote, contentId);
  if (point.folder === null) {
    const hashOf = (sha256: string) => hashOfRemote(remote, sha256);
    return { name: point.name, hashOf, read: (sha256) => readRemote(remote, sha256), probe };
  }
  const opened = await openFolder(point.folder).catch((error: unknown) => error);
  if (opened instanceof Error) return unreadable(point.name, opened);
  return { ...storePlace(point.name, opened as ChunkStore), probe };
}

function unreadable(name: string, error: Error): Place {
  const fail = () => Promise.reject(error);
  return { name, hashOf: fail, read: fail };
}

function storePlace(name: string, store: ChunkStore): Place {
  return {
    name,
    hashOf: async (sha256) => {
      const bytes = await readChunkFile(store, sha256).catch((error: unknown) => {
        if (error instanceof Failure && error.code === 'content-chunk-missing') return undefined;
        throw error;
      });
      return bytes && createHash('sha256').update(bytes).digest('hex');
    },
    read: (sha256) => readChunkFile(store, sha256),
    put: async (sha256, bytes) => void (await store.put(sha256, bytes)),
  };
}

async function verifyPlace(
  place: Place,
  hashes: readonly string[],
  { donors, signal }: { donors: readonly Place[]; signal: AbortSignal },
): Promise<PlaceVerification> {
  const result = { damaged: [] as string[], missing: [] as string[], repaired: [] as string[] };
  let checked = 0;
  try {
    for (const sha256 of hashes) {
      signal.throwIfAborted();
      const found = await place.hashOf(sha256);
      checked++;
      if (found === sha256) continue;
      (found === undefined ? result.missing : result.damaged).push(sha256);
      if (await repairChunk(place, sha256, donors)) result.repaired.push(sha256);
    }
    await place.probe?.();
    return { place: place.name, checked, ...result, error: null };
  } catch (error) {
    signal.throwIfAborted();
    const text = error instanceof Error ? error.message : String(error);
    return { place: place.name, checked, ...result, error: text.slice(0, 500) };
  }
}

/** A donor's bytes are checked by the store that takes them. */
async function repairChunk(place: Place, sha256: string, donors: readonly Place[]): Promise<boolean> {
  if (!place.put) return false;
  for (const donor of donors) {
    try {
      await place.put(sha256, await donor.read(sha256));
      return true;
    } catch {
      // The next donor may have better bytes; when none has, the part stays reported as bad.
    }
  }
  return false;
}
