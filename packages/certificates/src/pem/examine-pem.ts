import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readElement } from '../asn1/element.ts';
import { digestOf, type Examination, thumbprint } from '../examination.ts';
import { type Finding, finding } from '../findings.ts';
import { cleanFriendlyName } from '../friendly-name.ts';
import { certifiedKey } from '../pfx/certified-key.ts';
import { type Opener, remembered } from '../pfx/passwords.ts';
import { strictFindings } from '../strict-certificate.ts';
import { decodeBlock, encodeBlock, type PemPart, splitPem } from './blocks.ts';
import { judgeAlias } from './trusted-alias.ts';

interface Walk {
  readonly opener: Opener;
  readonly now: number;
  readonly findings: Finding[];
  readonly names: string[];
  readonly certificates: Buffer[];
  readonly publicKeys: Buffer[];
  readonly keys: string[];
}

/**
 * Reads a PEM file and makes the friendly names clean that OpenSSL writes into it: the lines before a block and the
 * alias of a trusted certificate. All other bytes stay.
 */
export function examinePem(bytes: Buffer, { opener, now }: { opener: Opener; now: number }): Examination {
  const walk: Walk = { opener, now, findings: [], names: [], certificates: [], publicKeys: [], keys: [] };
  // One character for each byte: what is not touched comes back as it was, in whatever encoding.
  const file = bytes.toString('latin1');
  const parts = splitPem(file);
  const repaired = parts.map((part) => changePart(part, walk)).join('');
  if (parts.every(({ label }) => label === null)) walk.findings.push(finding('format-unknown'));
  return {
    kind: 'pem',
    thumbprints: walk.certificates.map(thumbprint),
    keys: walk.keys,
    names: walk.names,
    findings: [...walk.findings, ...keyFindings(walk)],
    ...(repaired === file ? {} : { repaired: Buffer.from(repaired, 'latin1') }),
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const control = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

function changePart(part: PemPart, walk: Walk): string {
  if (part.label === null) return changeText(part.text, walk);
  if (!part.isWhole) {
    walk.findings.push(finding('file-broken', `${part.label}: the end is missing`));
    return part.text;
  }
  const text = part.text.replace(control, '');
  if (text !== part.text) walk.findings.push(finding('text-control'));
  if (part.label.endsWith('PRIVATE KEY')) return noteKey(text, walk);
  return part.label.endsWith('CERTIFICATE') ? changeCertificate({ label: part.label, text }, walk) : text;
}

/** `friendlyName: …` is what `openssl pkcs12` writes above a certificate or a key. */
function changeText(text: string, walk: Walk): string {
  const named = text.replace(
    /^([ \t]*friendlyName:[ \t]*)([^\r\n]*)/gm,
    (line, head: string, value: string) => {
      const name = Buffer.from(value, 'latin1').toString('utf8');
      if (name === '' || name === '<No Values>') return line;
      const clean = cleanFriendlyName(name);
      walk.names.push(clean.text);
      if (clean.codes.length === 0) return line;
      walk.findings.push(...clean.codes.map((code) => finding(code, name)));
      return head + Buffer.from(clean.text).toString('latin1');
    },
  );
  const plain = named.replace(control, '');
  if (plain !== named) walk.findings.push(finding('text-control'));
  return plain;
}

function changeCertificate({ label, text }: { label: string; text: string }, walk: Walk): string {
  const bytes = decodeBlock(text);
  const der = bytes && wholeElement(bytes);
  if (!bytes || !der) {
    walk.findings.push(finding('certificate-broken', label));
    return text;
  }
  walk.certificates.push(der);
  walk.findings.push(...strictFindings(der, walk.now));
  const newLine = text.includes('\r\n') ? '\r\n' : '\n';
  if (label === 'TRUSTED CERTIFICATE') return changeAlias({ bytes, text, newLine }, walk);
  if (der.length === bytes.length) return text;
  walk.findings.push(finding('trailing-bytes', `${bytes.length - der.length}`));
  return encodeBlock(label, der, newLine);
}

function changeAlias({ bytes, text, newLine }: { bytes: Buffer; text: string; newLine: string }, walk: Walk) {
  try {
    const judged = judgeAlias(bytes);
    if (judged.name) walk.names.push(judged.name);
    walk.findings.push(...judged.findings);
    return judged.findings.length === 0 ? text : encodeBlock('TRUSTED CERTIFICATE', judged.bytes, newLine);
  } catch {
    walk.findings.push(finding('certificate-broken', 'what follows the trusted certificate'));
    return text;
  }
}

function wholeElement(bytes: Buffer): Buffer | undefined {
  try {
    return readElement(bytes).raw;
  } catch {
    return undefined;
  }
}

function noteKey(text: string, walk: Walk): string {
  const digest = digestOf(Buffer.from(text.replace(/\s/g, ''), 'latin1'));
  walk.keys.push(digest);
  if (/ENCRYPTED/.test(text)) {
    noteLockedKey(text, walk);
    return text;
  }
  try {
    const publicKey = remembered(walk.opener.derived, ['public key of PEM', digest], () =>
      createPublicKey(createPrivateKey({ key: text, format: 'pem' })).export({ type: 'spki', format: 'der' }),
    );
    walk.publicKeys.push(publicKey);
  } catch {
    walk.findings.push(finding('key-broken'));
  }
  return text;
}

function noteLockedKey(text: string, walk: Walk): void {
  for (const password of walk.opener.passwords) {
    if (!password) continue;
    try {
      const key = createPublicKey(createPrivateKey({ key: text, format: 'pem', passphrase: password }));
      walk.publicKeys.push(key.export({ type: 'spki', format: 'der' }));
      return;
    } catch {
      // Another password, or none of these.
    }
  }
  walk.findings.push(finding('key-locked'));
}

function keyFindings({ certificates, publicKeys, opener }: Walk): Finding[] {
  if (certificates.length === 0) return [];
  const certified = certificates.flatMap((der) => certifiedKey(opener, der) ?? []);
  return publicKeys
    .filter((key) => !certified.some((each) => each.equals(key)))
    .map(() => finding('key-unmatched'));
}
