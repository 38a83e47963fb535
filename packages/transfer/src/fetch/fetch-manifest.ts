import { Failure } from '../failures.ts';
import { type Manifest, manifestPath, type SignedManifest } from '../manifest/manifest.ts';
import { isSha256, MANIFEST_LIMIT_BYTES, type ManifestLimits } from '../manifest/manifest-check.ts';
import { parseSignedManifest } from '../manifest/manifest-digest.ts';
import type { NetworkOptions } from './download.ts';
import { type Download, openDownload, sourceName, unreachable } from './download.ts';
import { get } from './http-get.ts';
import type { ContentSource } from './source-choice.ts';

export interface FetchManifestOptions extends NetworkOptions {
  readonly contentId: string;
  readonly limits?: ManifestLimits;
}

export interface FetchedManifest {
  readonly manifest: Manifest;
  /** As published; the caller checks the signature over `body`. */
  readonly signed: SignedManifest;
}

/**
 * Downloads the manifest of a content. Its hash is the contentId when this returns; a source with another text is
 * passed over.
 * @throws Failure content-unreachable, content-refused, and as parseSignedManifest; AbortError
 */
export async function fetchManifest(options: FetchManifestOptions): Promise<FetchedManifest> {
  if (!isSha256(options.contentId))
    throw new Failure('content-manifest-mismatch', { contentId: 'not a SHA-256' });
  const download = openDownload(options);
  const out = new Map<ContentSource, unknown>();
  const denied = new Set<ContentSource>();
  try {
    for (;;) {
      const source = await download.nextSource('the manifest', (candidate) => out.has(candidate));
      if (!source) throw whyNone(download, [...out.values()]);
      const found = await fetchFrom(download, { source, out, denied, options });
      if (found) return found;
    }
  } finally {
    download.close();
  }
}

function whyNone(download: Download, reasons: readonly unknown[]): unknown {
  const hostile = reasons.find((reason) => reason instanceof Failure && reason.code !== 'content-refused');
  return (
    hostile ?? reasons.find((reason) => reason instanceof Failure) ?? unreachable(download, 'the manifest')
  );
}

interface Attempt {
  readonly source: ContentSource;
  /** Sources that will not give us this manifest, each with its failure where it has one. */
  readonly out: Map<ContentSource, unknown>;
  /** Sources that refused once; a second time is final. */
  readonly denied: Set<ContentSource>;
  readonly options: FetchManifestOptions;
}

async function fetchFrom(download: Download, attempt: Attempt): Promise<FetchedManifest | undefined> {
  const { source, out, options } = attempt;
  const parts: Uint8Array[] = [];
  let length = 0;
  const { status, problem, isTooLong } = await get(download.connectionTo(source), {
    path: manifestPath(options.contentId),
    signal: download.signal,
    onHead: (head) => head.status === 200 && !head.isEncoded,
    onBytes: (bytes) => {
      parts.push(Uint8Array.from(bytes));
      length += bytes.length;
      return length <= MANIFEST_LIMIT_BYTES;
    },
  });
  download.problems.set(source, status === 200 || status === 0 ? problem : `status ${status}`);
  if (isTooLong) out.set(source, new Failure('content-too-large', { limitBytes: MANIFEST_LIMIT_BYTES }));
  else if (status === 401 || status === 403) refuse(attempt, status);
  else if (status === 404 || status === 410) out.set(source, undefined);
  else if (status !== 200 || problem !== '') download.choice.failed(source);
  else return parse(attempt, Buffer.concat(parts));
  return undefined;
}

function refuse({ source, out, denied }: Attempt, status: number): void {
  const isFinal = denied.has(source) || typeof source.bearerToken !== 'function';
  denied.add(source);
  // The token may have ended on the way; the next request asks for another one.
  if (!isFinal) return;
  const what = { source: sourceName(source), what: 'the manifest', status };
  out.set(source, new Failure('content-refused', what));
}

function parse({ source, out, options }: Attempt, text: Buffer): FetchedManifest | undefined {
  try {
    return parseSignedManifest(text, options);
  } catch (error) {
    out.set(source, error);
    return undefined;
  }
}
