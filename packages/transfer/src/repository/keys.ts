import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, makeFolder, syncFolder } from '../disk/durable.ts';
import { Failure } from './failures.ts';

/** A publisher's key: ECDSA P-256 with SHA-256, signatures in IEEE P1363 form, as everywhere in Tenkai. */
export interface RepositoryKey {
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, DER in base64. */
  readonly publicKey: string;
  /** SHA-256 of the DER, lower-case hexadecimal: what sites are told to trust. */
  readonly fingerprint: string;
}

/** One signature over an index or a manifest. */
export interface RepositorySignature {
  readonly publicKey: string;
  readonly signature: string;
}

export function fingerprintOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');
}

/** @throws Failure repository-key-file, where the file exists: a key is never overwritten */
export async function createKeyFile(path: string): Promise<RepositoryKey> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  await makeFolder(dirname(path));
  const handle = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    const reason = errorCode(error) === 'EEXIST' ? 'the file exists already' : error.message;
    throw new Failure('repository-key-file', { path, reason }, { cause: error });
  });
  try {
    await handle.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(path));
  return keyOf(privateKey);
}

/** @throws Failure repository-key-file, repository-key-open */
export async function readKeyFile(path: string): Promise<RepositoryKey> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Failure('repository-key-file', { path, reason: error.message });
  });
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new Failure('repository-key-open', { path });
  try {
    return keyOf(createPrivateKey(text));
  } catch (cause) {
    throw new Failure('repository-key-file', { path, reason: 'it is no private key' }, { cause });
  }
}

function keyOf(privateKey: KeyObject): RepositoryKey {
  if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TypeError('not a P-256 key');
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const publicKey = der.toString('base64');
  return { privateKey, publicKey, fingerprint: fingerprintOf(publicKey) };
}

export function signText(key: RepositoryKey, proof: string): RepositorySignature {
  const bytes = sign('sha256', Buffer.from(proof), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return { publicKey: key.publicKey, signature: bytes.toString('base64') };
}

/** Never throws: whatever is no key or no signature is simply wrong. */
export function isSigned(proof: string, { publicKey, signature }: RepositorySignature): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    const { namedCurve } = key.asymmetricKeyDetails ?? {};
    if (namedCurve !== 'prime256v1') return false;
    const bytes = Buffer.from(signature, 'base64');
    return verify('sha256', Buffer.from(proof), { key, dsaEncoding: 'ieee-p1363' }, bytes);
  } catch {
    return false;
  }
}
