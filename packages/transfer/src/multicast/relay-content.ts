import type { NetworkOptions } from '../fetch/download.ts';
import { fetchChunks } from '../fetch/fetch-chunks.ts';
import type { ChunkWant } from '../fetch/fetch-part.ts';
import type { BeforeFetch } from '../fetch/fill-folder.ts';
import { distinctChunks } from '../manifest/manifest.ts';
import { landingChunks } from './landing-chunks.ts';
import { type SendContentOptions, type SendProgress, sendContent } from './send-content.ts';

export interface RelayOptions extends Omit<SendContentOptions, 'store' | 'signal'> {
  /** Where a path of the manifest lies while the content is fetched: in `<target>.partial`, or in the cache. */
  readonly fileOf: (path: string) => string;
  /** Where the representative itself fetches from, by unicast. */
  readonly network: Omit<NetworkOptions, 'signal'>;
  /** What became of the members; undefined where nothing could be sent, with the reason. */
  readonly onSent?: (sent: SendProgress | undefined, reason?: unknown) => void;
}

/**
 * A representative's work, as the `before` of a fetch: it fetches what it lacks by unicast and at the same time sends
 * to its neighbours what it has, each chunk as soon as it is on the disk. So a neighbour that has to take over has
 * nearly all that came over the line, and fetches only the rest. Where the sending fails, the content still arrives
 * here; where the fetching fails, the members are told, and go on by themselves.
 * @returns a `before` for fetchContent or ContentCache.acquire. It rejects as fetchChunks does
 */
export function relayContent(options: RelayOptions): BeforeFetch {
  const { manifest, fileOf, network, onSent } = options;
  return async ({ wants, accept, signal }) => {
    const chunks = landingChunks(manifest, fileOf);
    const lacking = new Set(wants.map(({ sha256 }) => sha256));
    for (const sha256 of distinctChunks(manifest).keys()) if (!lacking.has(sha256)) chunks.land(sha256);
    const stop = new AbortController();
    const both = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
    const sending = sendContent({ ...options, store: chunks, signal: both }).then(
      (sent) => onSent?.(sent),
      (reason) => onSent?.(undefined, reason),
    );
    const keep = async (want: ChunkWant, bytes: Uint8Array) => {
      await accept(want, bytes);
      chunks.land(want.sha256);
    };
    try {
      await fetchChunks({ ...network, wants, accept: keep, ...(signal && { signal }) });
    } catch (error) {
      stop.abort();
      throw error;
    } finally {
      await sending;
    }
  };
}
