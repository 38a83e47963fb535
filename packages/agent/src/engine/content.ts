import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import type { SignedManifest } from '@tenkai/protocol/agent/orders.ts';
import {
  type ContentSource,
  type FetchProgress,
  fetchContent,
  fetchManifest,
  type Manifest,
  parseSignedManifest,
  partialOf,
  workNames,
  workPath,
} from '@tenkai/transfer';
import { readIfThere, writeDurably } from '../durable-file.ts';

/** Verified content, ready for steps. */
export interface ContentOnDisk {
  readonly folder: string;
  /** Where each file of the manifest lies below the folder: top folders have plain ASCII names (BPKG-24). */
  readonly places: ReadonlyMap<string, string>;
}

export interface ContentDeps {
  /** Folder of the content cache. */
  readonly folder: string;
  readonly sources: readonly ContentSource[];
  /** @throws Failure site-signature-invalid */
  readonly checkManifest: (signed: SignedManifest) => void;
  /** How long nothing may come from any source. */
  readonly giveUpAfterMs: number;
  readonly onCorrupt: (source: string, path: string) => void;
}

/** What a run needs of content. */
export interface ContentCache {
  /** Brings one content to the disk, and every byte of it against its hash, whether it was there before or not. */
  deliver(
    contentId: string,
    onProgress: (progress: FetchProgress) => void,
    signal: AbortSignal,
  ): Promise<void>;
  open(contentId: string): Promise<ContentOnDisk>;
  /** Removes a content that could not be brought as a whole. */
  discard(contentId: string): Promise<void>;
  /** Removes what was brought of a content that is not whole. */
  discardPartial(contentId: string): Promise<void>;
}

export function openContent(deps: ContentDeps): ContentCache {
  const targetOf = (contentId: string) => join(deps.folder, contentId);
  const manifestFile = (contentId: string) => join(deps.folder, `${contentId}.json`);
  return {
    async deliver(contentId, onProgress, signal) {
      const manifest = await manifestOf(deps, contentId, signal);
      const target = targetOf(contentId);
      // What is there already is looked at byte by byte, as the beginning of a download is.
      if (await isThere(target)) await rename(target, partialOf(target));
      await fetchContent({
        manifest,
        target,
        hasAsciiTops: true,
        sources: deps.sources,
        giveUpAfterMs: deps.giveUpAfterMs,
        signal,
        onProgress,
        onCorrupt: ({ source, path }) => deps.onCorrupt(source, path),
      });
    },
    async open(contentId) {
      const text = readIfThere(manifestFile(contentId));
      if (text === undefined) throw new Failure('not-found', { what: 'content', id: contentId });
      const { manifest } = parseSignedManifest(text, { contentId });
      return { folder: join(deps.folder, contentId), places: placesOf(manifest) };
    },
    async discard(contentId) {
      const target = targetOf(contentId);
      for (const path of [target, partialOf(target), manifestFile(contentId)]) await remove(path);
    },
    async discardPartial(contentId) {
      await remove(partialOf(targetOf(contentId)));
      if (!(await isThere(targetOf(contentId)))) await remove(manifestFile(contentId));
    },
  };
}

async function manifestOf(deps: ContentDeps, contentId: string, signal: AbortSignal): Promise<Manifest> {
  const { sources, giveUpAfterMs } = deps;
  const fetched = await fetchManifest({ contentId, sources, giveUpAfterMs, signal });
  deps.checkManifest(fetched.signed);
  writeDurably(join(deps.folder, `${contentId}.json`), JSON.stringify(fetched.signed));
  return fetched.manifest;
}

function placesOf(manifest: Manifest): Map<string, string> {
  const names = workNames(manifest);
  return new Map(manifest.files.map(({ path }) => [path, workPath(names, path)]));
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
