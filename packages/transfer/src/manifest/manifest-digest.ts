import { createHash } from 'node:crypto';
import { Failure } from '../failures.ts';
import {
  canonicalManifest,
  type Manifest,
  type ManifestBody,
  type ManifestFile,
  manifestBody,
  type SignedManifest,
} from './manifest.ts';
import {
  checkManifest,
  checkManifestBody,
  checkSignedManifest,
  defaultManifestLimits,
  MANIFEST_LIMIT_BYTES,
  type ManifestLimits,
} from './manifest-check.ts';

/**
 * SHA-256 of the manifest's canonical text, 64 lower-case hexadecimal digits: computed anew, whatever contentId the
 * manifest claims. This is what the site's signing key signs.
 */
export function manifestDigest(body: ManifestBody): string {
  return createHash('sha256').update(canonicalManifest(body)).digest('hex');
}

/**
 * A complete, checked manifest of these files in any order.
 * @throws Failure as checkManifestBody
 */
export function sealManifest(files: readonly ManifestFile[], limits = defaultManifestLimits): Manifest {
  const body = checkManifestBody(manifestBody(files), limits);
  return { ...body, contentId: manifestDigest(body) };
}

/**
 * A manifest from JSON text or from parsed JSON that anyone may have sent; its contentId is true when this returns.
 * @throws Failure as checkManifest, content-manifest-mismatch
 */
export function parseManifest(
  source: string | Uint8Array | object,
  options: { contentId?: string; limits?: ManifestLimits } = {},
): Manifest {
  const manifest = checkManifest(parsed(source), options.limits ?? defaultManifestLimits);
  const digest = manifestDigest(manifest);
  const wanted = options.contentId ?? manifest.contentId;
  if (digest !== manifest.contentId || digest !== wanted) {
    throw new Failure('content-manifest-mismatch', { contentId: wanted });
  }
  return manifest;
}

/**
 * A published manifest from JSON that any server may have sent. Its contentId is true when this returns; whether the
 * signature is the site's is for the caller to check, over exactly this body.
 * @throws Failure as parseManifest
 */
export function parseSignedManifest(
  source: string | Uint8Array | object,
  options: { contentId: string; limits?: ManifestLimits },
): { manifest: Manifest; signed: SignedManifest } {
  const signed = checkSignedManifest(parsed(source));
  const body = checkManifestBody(parsed(signed.body), options.limits ?? defaultManifestLimits);
  if (canonicalManifest(body) !== signed.body || manifestDigest(body) !== options.contentId) {
    throw new Failure('content-manifest-mismatch', { contentId: options.contentId });
  }
  return { manifest: { ...body, contentId: options.contentId }, signed };
}

function parsed(source: string | Uint8Array | object): unknown {
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) return source;
  if (source.length > MANIFEST_LIMIT_BYTES) {
    throw new Failure('content-too-large', { limitBytes: MANIFEST_LIMIT_BYTES });
  }
  try {
    return JSON.parse(
      typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true }).decode(source),
    );
  } catch (cause) {
    throw new Failure('content-manifest-invalid', {}, { detail: 'not JSON', cause });
  }
}
