import { statfs } from 'node:fs/promises';
import type { DeliveryFigures } from '@tenkai/domain/deployment/multicast.ts';
import type { SignedManifest } from '@tenkai/protocol/agent/orders.ts';
import {
  type ContentCache,
  type ContentSource,
  type FetchProgress,
  fetchManifest,
  type Manifest,
  openContentCache,
} from '@tenkai/transfer';
import type { MulticastPart } from './multicast-part.ts';

/** Verified content, ready for steps. */
export interface ContentOnDisk {
  readonly folder: string;
  /** Where each file of the manifest lies below the folder: top folders have plain ASCII names (BPKG-24). */
  readonly places: ReadonlyMap<string, string>;
}

export interface ContentDeps {
  /** Folder of the content cache. */
  readonly root: string;
  /** Bytes; absent: half of the disk, or what this run needs where that is more. */
  readonly limitBytes: number | undefined;
  /** What this run needs in all. */
  readonly neededBytes: number;
  /** Name of the run: what it uses stays. */
  readonly owner: string;
  /** Names of all runs that have something to do, after a crash too. */
  readonly owners: readonly string[];
  readonly sources: readonly ContentSource[];
  /** @throws Failure site-signature-invalid */
  readonly checkManifest: (signed: SignedManifest) => void;
  /** How long nothing may come from any source. */
  readonly giveUpAfterMs: number;
  readonly onCorrupt: (source: string, path: string) => void;
  /** Where the order says multicast. */
  readonly multicast: MulticastPart | undefined;
}

/** What a run needs of content. */
export interface RunContent {
  /** Brings one content to the disk, and every byte of it against its hash, whether it was there before or not. */
  deliver(
    contentId: string,
    onProgress: (progress: FetchProgress) => void,
    signal: AbortSignal,
  ): Promise<void>;
  open(contentId: string): Promise<ContentOnDisk>;
  /** How much came by which way; undefined: only unicast was meant. */
  figures(): DeliveryFigures | undefined;
  /** The run goes on in a later engine: its content stays. */
  keep(): void;
  /** The run has ended: its content may go when others need the room; what is not whole goes at once. */
  release(): Promise<void>;
}

export async function openRunContent(deps: ContentDeps): Promise<RunContent> {
  const { owner, sources, giveUpAfterMs } = deps;
  const limitBytes = deps.limitBytes ?? Math.max(await halfOfDisk(deps.root), deps.neededBytes);
  const cache = await openContentCache({ root: deps.root, limitBytes });
  cache.unpinAllBut(deps.owners);
  return {
    async deliver(contentId, onProgress, signal) {
      const manifest =
        (await knownManifest(cache, contentId)) ?? (await fetchChecked(deps, contentId, signal));
      const onCorrupt = ({ source, path }: { source: string; path: string }) => deps.onCorrupt(source, path);
      const network = { sources, giveUpAfterMs, onCorrupt };
      const before = deps.multicast ? { before: deps.multicast.before(manifest, network) } : {};
      await cache.acquire({ manifest, owner, ...network, signal, onProgress, ...before });
    },
    open: (contentId) => cache.open(contentId),
    figures: () => deps.multicast?.figures(),
    keep: () => cache.close(),
    async release() {
      cache.unpin(owner);
      for (const { contentId, isWhole, pins } of cache.list()) {
        if (!isWhole && pins.length === 0) await cache.remove(contentId);
      }
      cache.close();
    },
  };
}

/**
 * Of content that is wholly here (DIST-32): no source has to be within reach. Only a manifest that was checked comes
 * into the cache, and its hash is the contentId that the signed order names; every byte is still verified.
 */
async function knownManifest(
  cache: Pick<ContentCache, 'open'>,
  contentId: string,
): Promise<Manifest | undefined> {
  try {
    return (await cache.open(contentId)).manifest;
  } catch {
    // Not here, or damaged: it is fetched.
    return undefined;
  }
}

async function fetchChecked(deps: ContentDeps, contentId: string, signal: AbortSignal): Promise<Manifest> {
  const { sources, giveUpAfterMs } = deps;
  const { manifest, signed } = await fetchManifest({ contentId, sources, giveUpAfterMs, signal });
  deps.checkManifest(signed);
  return manifest;
}

async function halfOfDisk(folder: string): Promise<number> {
  const { blocks, bsize } = await statfs(folder);
  return Math.floor((blocks * bsize) / 2);
}
