/** Client patches of Windows: an .msp, and beside it the site's signature over the table that names it by its hash. */
import { createHash } from 'node:crypto';
import type { AgentMsp, AgentPatch } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { Check } from 'typebox/value';
import { believedPatch, type PatchTrust, SignedPatch } from './patch.ts';

export type MspPatch = AgentPatch & { readonly msp: AgentMsp };

/** Of a patch `x.msp`: beside it, and named after it. */
export const signatureFileOf = (msp: string) => `${msp}.sig`;
/** Of a patch that nobody has signed yet: what the one who signs is to stand for. */
export const tableFileOf = (msp: string) => `${msp}.json`;

export const signatureLimitBytes = 512 * 1024;

/**
 * Holds a client patch against its signature. What it returns was signed below the pinned root key, and these bytes are
 * the ones that were signed (HOTFIX-29).
 * @throws Failure agent-patch-unreadable, -root-unknown, -tampered, site-signature-invalid
 */
export function openMsp(bytes: Buffer, signature: Buffer, trust: PatchTrust): MspPatch {
  const patch = believedPatch(readSignature(signature, trust.file), trust);
  if (!isMspPatch(patch))
    throw new Failure('agent-patch-system', { id: patch.id, wanted: patch.system, actual: 'windows' });
  return checkedMsp(patch, bytes, trust.file);
}

/** @throws Failure agent-patch-tampered */
export function checkedMsp(patch: MspPatch, bytes: Buffer, file: string): MspPatch {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (bytes.length === patch.msp.sizeBytes && sha256 === patch.msp.sha256) return patch;
  throw new Failure('agent-patch-tampered', { id: patch.id, name: file.slice(-64) });
}

export const isMspPatch = (patch: AgentPatch): patch is MspPatch => patch.msp !== undefined;

function readSignature(bytes: Buffer, file: string): SignedPatch {
  try {
    const signed: unknown = JSON.parse(bytes.toString('utf8'));
    if (bytes.length <= signatureLimitBytes && Check(SignedPatch, signed)) return signed;
  } catch {
    // Told below: it is none.
  }
  throw new Failure('agent-patch-unreadable', { file, reason: 'its signature is damaged' });
}
