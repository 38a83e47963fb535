import type { Static } from 'typebox';
import * as Type from 'typebox';
import { canonicalJson } from '../canonical-json.ts';

const Text = (maxLength: number) => Type.String({ maxLength });

/** What the audit of an image has said, for whoever deploys it (MASTER-19). It names nothing of the reference machine. */
export const AuditManifest = Type.Object({
  format: Type.Literal('tenkai-image-audit-1'),
  /** Random; it lies in the image too, so that a manifest belongs to one image. */
  imageId: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
  /** ISO 8601. */
  auditedAt: Text(40),
  agentVersion: Text(64),
  architecture: Text(16),
  profile: Text(32),
  /** Steps that were carried out, or why they were not needed; empty: nobody has prepared it. */
  steps: Type.Array(Type.Object({ step: Text(32), outcome: Text(16), reason: Text(64) }), { maxItems: 100 }),
  /** How many places each finding names; none: it may be deployed. */
  /** SHA-256 over the pinned root key and the ways to a site that the image names. */
  trust: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  findings: Type.Array(
    Type.Object({ code: Text(64), step: Text(32), places: Type.Integer({ minimum: 1 }) }),
    {
      maxItems: 100,
    },
  ),
});
export type AuditManifest = Static<typeof AuditManifest>;

/** The bytes that are signed. */
export const signedText = (manifest: AuditManifest): string =>
  `tenkai-image-audit-1\n${canonicalJson(manifest)}`;

/** A manifest with its signature: ECDSA P-256 with SHA-256, IEEE P1363 form, base64. */
export const SignedAuditManifest = Type.Object({ manifest: AuditManifest, signature: Text(200) });
export type SignedAuditManifest = Static<typeof SignedAuditManifest>;
