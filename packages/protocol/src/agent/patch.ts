import { createHash, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { AgentPatch, type AgentPatchFile, patchLimitBytes } from '@tenkai/domain/agent-patch/agent-patch.ts';
import '@tenkai/domain/agent-patch/failures.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Check, Errors } from 'typebox/value';
import { checkSiteSignature, fingerprintOf } from './link/pinned-root.ts';

const signedPatchFields = {
  patch: Type.String({ maxLength: 256 * 1024 }),
  signature: Type.String({ maxLength: 512 }),
  /** PEM of the site's signing key. */
  certificate: Type.String({ maxLength: 16 * 1024 }),
  /** PEM; believed where its key is the one that the machine has pinned. */
  rootCertificate: Type.String({ maxLength: 16 * 1024 }),
};
/** The table of a patch with the site's signature over exactly this text. */
export const SignedPatch = Type.Object(signedPatchFields);
export type SignedPatch = Static<typeof SignedPatch>;

/**
 * A patch of the agent as a file (`.tkp`): gzip over this as JSON. `patch` is the text of an `AgentPatch`: exactly these
 * bytes are signed, and it names every program by its hash.
 */
export const PatchDocument = Type.Object({
  ...signedPatchFields,
  /** Base64 by name. */
  programs: Type.Record(Type.String({ maxLength: 64 }), Type.String()),
});
export type PatchDocument = Static<typeof PatchDocument>;

/** Domain separation: a signature over a patch can never be one over an order. */
export function agentPatchProof(patch: string): string {
  return `tenkai-agent-patch-1\n${patch}`;
}

export interface OpenedPatch {
  readonly patch: AgentPatch;
  readonly programs: ReadonlyMap<string, Buffer>;
}

export interface PatchTrust {
  /** Named in refusals. */
  readonly file: string;
  /** The pinned one; undefined: none is, and no patch is believed. */
  readonly rootFingerprint: string | undefined;
}

const unpackedLimitBytes = 256 * 1024 * 1024;

export async function packPatch(document: PatchDocument): Promise<Buffer> {
  return promisify(gzip)(JSON.stringify(document), { level: 9 });
}

/**
 * Opens a patch that anybody may have sent. What it returns was signed below the pinned root key, and every program is
 * the signed one (HOTFIX-29).
 * @throws Failure agent-patch-unreadable, -root-unknown, -tampered, site-signature-invalid
 */
export async function openPatch(bytes: Buffer, trust: PatchTrust): Promise<OpenedPatch> {
  const document = await readDocument(bytes, trust.file);
  const patch = believedPatch(document, trust);
  const names = Object.keys(document.programs);
  const extra = names.find((name) => !patch.files.some((one) => one.name === name));
  if (extra !== undefined)
    throw new Failure('agent-patch-tampered', { id: patch.id, name: extra.slice(0, 64) });
  const programs = patch.files.map((one) => [one.name, programOf(document, one, patch.id)] as const);
  return { patch, programs: new Map(programs) };
}

/**
 * The table of a patch, where the pinned root key stands behind its signature.
 * @throws Failure agent-patch-unreadable, -root-unknown, site-signature-invalid
 */
export function believedPatch(signed: SignedPatch, { file, rootFingerprint }: PatchTrust): AgentPatch {
  if (
    rootFingerprint === undefined ||
    fingerprintOf(signed.rootCertificate) !== rootFingerprint.toLowerCase()
  )
    throw new Failure('agent-patch-root-unknown');
  const patch = readPatchText(signed.patch, file);
  const root = new X509Certificate(signed.rootCertificate);
  checkSiteSignature(root, signed, agentPatchProof(signed.patch), Date.parse(patch.madeAt));
  return patch;
}

/**
 * The text that is signed, read and checked.
 * @throws Failure agent-patch-unreadable
 */
export function readPatchText(text: string, file: string): AgentPatch {
  const patch = parsed(text, file);
  if (!Check(AgentPatch, patch)) {
    const [mistake] = Errors(AgentPatch, patch);
    throw unreadable(file, `${mistake?.instancePath || '/'} ${mistake?.message ?? ''}`);
  }
  const names = patch.files.map(({ name }) => name);
  if (new Set(names).size !== names.length) throw unreadable(file, 'it names a program twice');
  if ((patch.system === 'windows') !== (patch.msp !== undefined))
    throw unreadable(file, 'a patch for Windows, and no other, is an .msp');
  if (Number.isNaN(Date.parse(patch.madeAt))) throw unreadable(file, 'its date is none');
  return patch;
}

async function readDocument(bytes: Buffer, file: string): Promise<PatchDocument> {
  if (bytes.length > patchLimitBytes) throw unreadable(file, 'it is too large');
  const text = await promisify(gunzip)(bytes, { maxOutputLength: unpackedLimitBytes }).catch(() => undefined);
  if (text === undefined) throw unreadable(file, 'it is damaged');
  const document = parsed(text.toString('utf8'), file);
  if (!Check(PatchDocument, document)) throw unreadable(file, 'a part of it is missing');
  return document;
}

function programOf(document: PatchDocument, wanted: AgentPatchFile, id: string): Buffer {
  const { name, sha256, sizeBytes } = wanted;
  const text = Object.hasOwn(document.programs, name) ? document.programs[name] : undefined;
  const bytes = Buffer.from(text ?? '', 'base64');
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (bytes.length === sizeBytes && digest === sha256) return bytes;
  throw new Failure('agent-patch-tampered', { id, name });
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(file, 'it is damaged');
  }
}

const unreadable = (file: string, reason: string) =>
  new Failure('agent-patch-unreadable', { file, reason: reason.slice(0, 200) });
