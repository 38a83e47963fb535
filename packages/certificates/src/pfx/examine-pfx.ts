import { createPrivateKey, createPublicKey } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import {
  type Element,
  encode,
  expect,
  malformed,
  objectIdOf,
  octetsOf,
  partsOf,
  readElement,
  rebuilt,
  smallInteger,
  tags,
} from '../asn1/element.ts';
import { oid } from '../asn1/object-ids.ts';
import { digestOf, type Examination, thumbprint } from '../examination.ts';
import { type Finding, finding } from '../findings.ts';
import { strictFindings } from '../strict-certificate.ts';
import { certifiedKey } from './certified-key.ts';
import { encryptionOf } from './encryption.ts';
import { macOf } from './mac.ts';
import { judgeAttributes } from './name-attribute.ts';
import { type Opener, type Password, preferPassword, remembered } from './passwords.ts';

/** What was met on the way through a file. */
interface Walk {
  readonly opener: Opener;
  readonly now: number;
  password: Password;
  readonly findings: Finding[];
  readonly names: string[];
  readonly certificates: Buffer[];
  /** Public keys in DER, of the private keys that could be opened. */
  readonly publicKeys: Buffer[];
  readonly keys: string[];
  /** PKCS#8 in DER, of those that could be opened. */
  readonly privateKeys: Buffer[];
  /** Content of the secret bags that hold plain data. */
  readonly secrets: Buffer[];
}

/** What a PFX holds, private keys included. */
export type PfxContent = Pick<Walk, 'findings' | 'certificates' | 'privateKeys' | 'secrets'>;

/**
 * All that is in a PFX, and everything a strict importer finds wrong with it; one without a MAC is not believed.
 * @throws Failure certificate-malformed, certificate-algorithm-unknown, certificate-password-wrong
 */
export function readPfx(bytes: Buffer, { opener, now }: { opener: Opener; now: number }): PfxContent {
  const { walk, mac, isTrailed } = walkPfx(bytes, startWalk(opener, now));
  if (!mac) throw malformed('there is no MAC');
  if (isTrailed) walk.findings.push(finding('trailing-bytes'));
  return { ...walk, findings: [...walk.findings, ...keyFindings(walk)] };
}

/**
 * Reads a PFX (PKCS#12, RFC 7292) and makes its friendly names clean. Everything else is written back as it was, the
 * bags of the private keys byte for byte; what was encrypted is encrypted anew in the same way, and the MAC renewed.
 * @throws Failure certificate-malformed, certificate-algorithm-unknown, certificate-password-wrong
 */
export function examinePfx(bytes: Buffer, { opener, now }: { opener: Opener; now: number }): Examination {
  const { pfx, content, walk, mac, changed, isTrailed } = walkPfx(bytes, startWalk(opener, now));
  const findings = [...walk.findings, ...keyFindings(walk)];
  const common = {
    kind: 'pfx' as const,
    thumbprints: walk.certificates.map(thumbprint),
    keys: walk.keys,
    names: walk.names,
  };
  if (isTrailed) findings.push(finding('trailing-bytes', `${bytes.length - pfx.raw.length}`));
  if (changed.equals(content)) return { ...common, findings, ...(isTrailed ? { repaired: pfx.raw } : {}) };
  const repaired = rebuilt(pfx, (part, index) => {
    if (index === 1) return withContent(part, changed);
    return index === 2 && mac ? mac.over(opener, walk.password, changed) : part.raw;
  });
  return { ...common, findings, repaired };
}

function walkPfx(bytes: Buffer, walk: Walk) {
  const { opener } = walk;
  const pfx = readElement(bytes);
  const [, authSafe, macData] = partsOf(expect(pfx, tags.sequence, 'the PFX'));
  const content = octetsOf(contentOf(expect(authSafe, tags.sequence, 'the content'), oid.data));
  const mac = macData && macOf(macData);
  if (mac) walk.password = findPassword(opener, (password) => mac.isRight(opener, password, content));
  const changed = changeSafe(readElement(content), walk, mac !== undefined);
  return { pfx, content, walk, mac, changed, isTrailed: pfx.raw.length < bytes.length };
}

function startWalk(opener: Opener, now: number): Walk {
  return {
    opener,
    now,
    password: opener.passwords[0] ?? null,
    findings: [],
    names: [],
    certificates: [],
    publicKeys: [],
    keys: [],
    privateKeys: [],
    secrets: [],
  };
}

/** @throws Failure certificate-password-wrong */
function findPassword(opener: Opener, isRight: (password: Password) => boolean): Password {
  for (const password of opener.passwords) {
    if (!isRight(password)) continue;
    preferPassword(opener, password);
    return password;
  }
  throw new Failure('certificate-password-wrong');
}

/** ContentInfo { kind, [0] { content } } @throws Failure certificate-algorithm-unknown for any other kind */
function contentOf(info: Element, kind: string): Element {
  const [id, explicit] = partsOf(info);
  const found = objectIdOf(id, 'the kind of content');
  if (found !== kind) throw new Failure('certificate-algorithm-unknown', { algorithm: found });
  const [content] = partsOf(expect(explicit, tags.context0, 'the content'));
  if (!content) throw malformed('the content is missing');
  return content;
}

const withContent = (info: Element, content: Buffer) =>
  rebuilt(info, (part, index) =>
    index === 1 ? encode(tags.context0, encode(tags.octetString, content)) : part.raw,
  );

/** AuthenticatedSafe: a sequence of ContentInfo, each plain or encrypted. */
function changeSafe(safe: Element, walk: Walk, isPasswordSure: boolean): Buffer {
  return rebuilt(expect(safe, tags.sequence, 'the safe'), (info) => {
    const kind = objectIdOf(partsOf(info)[0], 'the kind of content');
    if (kind === oid.encryptedData) return changeEncrypted(info, walk, isPasswordSure);
    const content = octetsOf(contentOf(info, oid.data));
    const changed = changeBags(readElement(content), walk);
    return changed.equals(content) ? info.raw : withContent(info, changed);
  });
}

/** EncryptedData { version, { data, algorithm, [0] bytes } } of RFC 5652. */
function changeEncrypted(info: Element, walk: Walk, isPasswordSure: boolean): Buffer {
  const data = contentOf(info, oid.encryptedData);
  const encrypted = expect(partsOf(data)[1], tags.sequence, 'the encrypted content');
  const [, algorithm, bytes] = partsOf(encrypted);
  if (!bytes || (bytes.tag & 0xdf) !== tags.context0Primitive)
    throw malformed('the encrypted bytes are missing');
  const encryption = encryptionOf(expect(algorithm, tags.sequence, 'the encryption'));
  const open = (password: Password) => encryption.decrypt(walk.opener, password, octetsOf(bytes));
  if (!isPasswordSure) walk.password = findPassword(walk.opener, (password) => opens(() => open(password)));
  const plain = tryOpen(() => open(walk.password));
  const changed = changeBags(readElement(plain), walk);
  if (changed.equals(plain)) return info.raw;
  const renewed = encryption.renewed();
  const renewedBytes = encode(tags.context0Primitive, renewed.encrypt(walk.opener, walk.password, changed));
  const renewedContent = rebuilt(encrypted, (part, index) => {
    if (index === 1) return renewed.algorithm;
    return index === 2 ? renewedBytes : part.raw;
  });
  const renewedData = rebuilt(data, (part, index) => (index === 1 ? renewedContent : part.raw));
  return rebuilt(info, (part, index) => (index === 1 ? encode(tags.context0, renewedData) : part.raw));
}

/** Padding alone passes one wrong key in 256; what was opened must also read as bags. */
function opens(open: () => Buffer): boolean {
  try {
    return readElement(open()).tag === tags.sequence;
  } catch (error) {
    if (error instanceof Failure && error.code === 'certificate-algorithm-unknown') throw error;
    return false;
  }
}

function tryOpen(open: () => Buffer): Buffer {
  try {
    return open();
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure('certificate-password-wrong', {}, { cause });
  }
}

/** SafeContents: a sequence of SafeBag { kind, [0] value, attributes }. */
function changeBags(contents: Element, walk: Walk): Buffer {
  return rebuilt(expect(contents, tags.sequence, 'the bags'), (bag) => changeBag(bag, walk));
}

function changeBag(bag: Element, walk: Walk): Buffer {
  const [id, explicit, attributes] = partsOf(expect(bag, tags.sequence, 'a bag'));
  const kind = objectIdOf(id, 'the kind of a bag');
  const value = readElement(expect(explicit, tags.context0, 'the value of a bag').content);
  if (kind === oid.safeContentsBag) {
    const changed = changeBags(value, walk);
    return changed.equals(value.raw)
      ? bag.raw
      : rebuilt(bag, (part, index) => (index === 1 ? encode(tags.context0, changed) : part.raw));
  }
  if (kind === oid.certBag) noteCertificate(value, walk);
  if (kind === oid.keyBag) noteKey(value.raw, walk);
  if (kind === oid.shroudedKeyBag) noteShroudedKey(value, walk);
  if (kind === oid.secretBag) noteSecret(value, walk);
  if (!attributes) return bag.raw;
  const judged = judgeAttributes(expect(attributes, tags.set, 'the attributes of a bag'));
  walk.findings.push(...judged.findings);
  if (judged.name) walk.names.push(judged.name);
  return rebuilt(bag, (part, index) => (index === 2 ? judged.raw : part.raw));
}

/** CertBag { x509Certificate, [0] OCTET STRING }; an SDSI certificate is left alone. */
function noteCertificate(bag: Element, walk: Walk): void {
  const [id, explicit] = partsOf(bag);
  if (objectIdOf(id, 'the kind of a certificate') !== oid.x509Certificate) return;
  const octets = partsOf(expect(explicit, tags.context0, 'the certificate'))[0];
  const der = octetsOf(expect(octets, tags.octetString, 'the certificate'));
  walk.certificates.push(der);
  walk.findings.push(...strictFindings(der, walk.now));
}

/** SecretBag { kind, [0] value }; of kinds other than plain data nothing is known. */
function noteSecret(bag: Element, { secrets }: Walk): void {
  const [id, explicit] = partsOf(bag);
  if (objectIdOf(id, 'the kind of a secret') !== oid.data) return;
  const octets = partsOf(expect(explicit, tags.context0, 'the secret'))[0];
  secrets.push(octetsOf(expect(octets, tags.octetString, 'the secret')));
}

/** EncryptedPrivateKeyInfo { algorithm, bytes }; in a file without a MAC nothing has told its password before. */
function noteShroudedKey(value: Element, walk: Walk): void {
  for (const password of new Set([walk.password, ...walk.opener.passwords])) {
    const key = openKey(value, walk.opener, password);
    if (!key) continue;
    noteKey(key, walk);
    return;
  }
  walk.keys.push(digestOf(value.raw));
  walk.findings.push(finding('key-locked'));
}

function openKey(value: Element, opener: Opener, password: Password): Buffer | undefined {
  try {
    const [algorithm, bytes] = partsOf(value);
    const encryption = encryptionOf(expect(algorithm, tags.sequence, 'the encryption'));
    const key = encryption.decrypt(
      opener,
      password,
      octetsOf(expect(bytes, tags.octetString, 'the private key')),
    );
    return readElement(key).tag === tags.sequence ? key : undefined;
  } catch {
    return undefined;
  }
}

function noteKey(pkcs8: Buffer, walk: Walk): void {
  const digest = digestOf(pkcs8);
  walk.keys.push(digest);
  try {
    const publicKey = remembered(walk.opener.derived, ['public key', digest], () =>
      createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })).export(spki),
    );
    walk.privateKeys.push(pkcs8);
    walk.publicKeys.push(publicKey);
  } catch {
    walk.findings.push(finding('key-broken'));
  }
}

const spki = { type: 'spki', format: 'der' } as const;

/** Each key must have its certificate; a file of keys alone is nothing wrong. */
function keyFindings({ certificates, publicKeys, opener }: Walk): Finding[] {
  if (certificates.length === 0) return [];
  const certified = certificates.flatMap((der) => certifiedKey(opener, der) ?? []);
  return publicKeys
    .filter((key) => !certified.some((each) => each.equals(key)))
    .map(() => finding('key-unmatched'));
}

/** Whether the bytes begin as a PFX does: SEQUENCE { INTEGER 3, … }. */
export function looksLikePfx(bytes: Buffer): boolean {
  try {
    const [version] = partsOf({ content: readElement(bytes).content.subarray(0, 3) });
    return version?.tag === tags.integer && smallInteger(version, 'the version') === 3;
  } catch {
    return false;
  }
}
