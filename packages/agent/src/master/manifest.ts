import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@tenkai/domain/canonical-json.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import {
  type AuditManifest,
  auditMaster,
  type MasterProfile,
  masterProfiles,
  SignedAuditManifest,
  signedText,
} from '@tenkai/domain/master/index.ts';
import { Check } from 'typebox/value';
import { makeFolder, readIfThere, removeIfThere, writeDurably } from '../durable-file.ts';
import { readSettings } from '../settings.ts';
import { agentVersion } from '../version.ts';
import { lastRound, readMasterJournal } from './journal.ts';
import { lookAt } from './look.ts';
import type { Scene } from './scene.ts';

const signature = (key: KeyObject) => ({ key, dsaEncoding: 'ieee-p1363' }) as const;

interface ManifestFile {
  readonly file: string;
  readonly keyFile: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Where the targets will live; absent: as it was prepared. */
  readonly profile?: MasterProfile | undefined;
}

interface HeldFile {
  readonly file: string;
  readonly publicKeyFile: string;
  readonly acceptFindings: boolean;
  /** Where the targets will live; absent: as the manifest says. */
  readonly profile?: MasterProfile | undefined;
}

/**
 * Audits an image and writes what came of it into a file, signed with the administrator's key (MASTER-19). The image gets
 * the id by which the file belongs to it.
 * @throws Failure master-key-unusable, secret-file-open; Error of the system
 */
export async function writeManifest(
  scene: Scene,
  { file, keyFile, now, profile: asked }: ManifestFile,
): Promise<AuditManifest> {
  const key = privateKeyIn(keyFile);
  const { round, profile, findings } = await auditNow(scene, asked);
  const manifest: AuditManifest = {
    format: 'tenkai-image-audit-1',
    imageId: imageIdOf(scene) ?? makeImageId(scene),
    auditedAt: new Date(now).toISOString(),
    agentVersion,
    architecture: process.arch,
    profile,
    steps: (round?.steps ?? []).map(({ step, outcome, reason }) => ({ step, outcome, reason })),
    trust: await trustOf(scene),
    findings,
  };
  // A key, for instance, is not written over.
  if (existsSync(file) && !parsed(file))
    throw new Failure('master-manifest-invalid', { file, reason: 'it is no manifest' });
  const bytes = sign('sha256', Buffer.from(signedText(manifest)), signature(key));
  const signed: SignedAuditManifest = { manifest, signature: bytes.toString('base64') };
  writeDurably(file, `${JSON.stringify(signed, null, 2)}\n`, 0o644);
  return manifest;
}

/**
 * Holds a manifest against an image before it is deployed; an image that was used since then is refused.
 * @throws Failure master-key-unusable, master-manifest-invalid; master-manifest-findings unless they are accepted
 */
export async function verifyManifest(
  scene: Scene,
  { file, publicKeyFile, acceptFindings, profile }: HeldFile,
): Promise<AuditManifest> {
  const invalid = (reason: string) => new Failure('master-manifest-invalid', { file, reason });
  const key = publicKeyIn(publicKeyFile);
  const signed = parsed(file);
  if (!signed) throw invalid('it is no manifest');
  const { manifest } = signed;
  const bytes = Buffer.from(signed.signature, 'base64');
  if (!verify('sha256', Buffer.from(signedText(manifest)), signature(key), bytes))
    throw invalid('the signature does not hold');
  if (manifest.imageId !== imageIdOf(scene)) throw invalid('it belongs to another image');
  if (manifest.trust !== (await trustOf(scene))) throw invalid('whom the image trusts was changed');
  const known = new Set(manifest.findings.map(({ code }) => code));
  const added = (await auditNow(scene, profile ?? profileOf(manifest))).findings.filter(
    ({ code }) => !known.has(code),
  );
  if (added.length > 0) throw invalid(`since then: ${added.map(({ code }) => code).join(', ')}`);
  const count = manifest.findings.length;
  if (count > 0 && !acceptFindings) throw new Failure('master-manifest-findings', { count });
  return manifest;
}

const profileOf = ({ profile }: AuditManifest) => masterProfiles.find((known) => known === profile);

/** Whose orders the clones will take, and where they will look for their site. */
async function trustOf({ data, system }: Scene): Promise<string> {
  const { siteValues: sites } = await system.look(null);
  const trusted = { pin: readSettings(data).rootFingerprint ?? null, sites };
  return createHash('sha256').update(canonicalJson(trusted)).digest('hex');
}

async function auditNow(scene: Scene, asked: MasterProfile | undefined) {
  const round = lastRound(readMasterJournal(scene.data));
  const pin = round?.plan.pin ?? null;
  const profile = asked ?? round?.plan.profile ?? 'workgroup';
  const findings = auditMaster(await lookAt(scene, { profile, pin })).map(({ code, step, where }) => ({
    code,
    step,
    places: where.length,
  }));
  return { round, profile, findings };
}

export function manifestText({
  imageId,
  auditedAt,
  agentVersion: by,
  profile,
  steps,
  findings,
}: AuditManifest): string {
  const done = steps.map(
    ({ step, outcome, reason }) => `  ${step}: ${outcome}${reason ? ` (${reason})` : ''}`,
  );
  const found = findings.map(({ code, step, places }) => `  ${code} (${step}): ${places}`);
  return [
    `image ${imageId}, ${profile}, audited ${auditedAt} by agent ${by}`,
    ...done,
    findings.length === 0 ? 'Audit: no finding.' : `Audit: ${findings.length} findings.`,
    ...found,
  ].join('\n');
}

/** In the folder of the preparation, which stays in the image. */
const idFile = ({ data }: Scene) => join(data.root, 'master', 'image-id');
/** What is prepared anew becomes another image. */
export const forgetImageId = (scene: Scene): void => removeIfThere(idFile(scene));
const imageIdOf = (scene: Scene) => readIfThere(idFile(scene))?.trim();

function makeImageId(scene: Scene): string {
  const made = randomUUID();
  makeFolder(join(scene.data.root, 'master'), 0o700);
  writeDurably(idFile(scene), `${made}\n`);
  return made;
}

function parsed(file: string): SignedAuditManifest | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Check(SignedAuditManifest, value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function privateKeyIn(file: string): KeyObject {
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new Failure('secret-file-open', { file });
  return keyIn(file, 'private', createPrivateKey);
}

const publicKeyIn = (file: string) => keyIn(file, 'public', createPublicKey);

function keyIn(file: string, what: string, read: (pem: Buffer) => KeyObject): KeyObject {
  const pem = readFileSync(file);
  try {
    const key = read(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Said below; what the file holds may be a secret.
  }
  throw new Failure('master-key-unusable', { file, what });
}
