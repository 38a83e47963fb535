import { X509Certificate } from 'node:crypto';
import { type Element, expect, objectIdOf, octetsOf, partsOf, readElement, tags } from './asn1/element.ts';
import { oid } from './asn1/object-ids.ts';
import { escaped, type Finding, finding } from './findings.ts';

/**
 * What a strict importer finds wrong in the certificate itself. Nothing of it can be repaired: it is signed.
 * @param now epoch milliseconds
 */
export function strictFindings(der: Buffer, now: number): Finding[] {
  try {
    const certificate = new X509Certificate(der);
    return [...encodingFindings(der), ...nameFindings(der), ...dateFindings(certificate, now)];
  } catch (error) {
    return [finding('certificate-broken', error instanceof Error ? error.message : '')];
  }
}

/** The public key in DER (SubjectPublicKeyInfo); undefined where the certificate cannot be read. */
export function publicKeyOf(der: Buffer): Buffer | undefined {
  try {
    return new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  } catch {
    return undefined;
  }
}

function encodingFindings(der: Buffer): Finding[] {
  const isStrict = (element: Element): boolean =>
    element.isDer && ((element.tag & 0x20) === 0 || partsOf(element).every(isStrict));
  return isStrict(readElement(der)) ? [] : [finding('certificate-not-der')];
}

/** Time enough to issue another one. */
const endingMs = 30 * 86_400_000;

function dateFindings({ validFromDate, validToDate }: X509Certificate, now: number): Finding[] {
  if (validToDate.getTime() < now) return [finding('certificate-expired', validToDate.toISOString())];
  if (validToDate.getTime() < now + endingMs)
    return [finding('certificate-ending', validToDate.toISOString())];
  return validFromDate.getTime() > now ? [finding('certificate-early', validFromDate.toISOString())] : [];
}

/** The names that the issuer has signed: issuer, subject and alternative names (the holes of MS09-056). */
function nameFindings(der: Buffer): Finding[] {
  const [tbs] = partsOf(readElement(der));
  const parts = partsOf(expect(tbs, tags.sequence, 'the signed part'));
  const from = parts[0]?.tag === tags.context0 ? 3 : 2;
  const issuer = expect(parts[from], tags.sequence, 'the issuer');
  const subject = expect(parts[from + 2], tags.sequence, 'the subject');
  const extensions = parts.find(({ tag }) => tag === tags.context3);
  return [
    ...distinguishedNameFindings(issuer),
    ...(issuer.raw.equals(subject.raw) ? [] : distinguishedNameFindings(subject)),
    ...(extensions ? alternativeNameFindings(extensions) : []),
  ];
}

function distinguishedNameFindings(name: Element): Finding[] {
  return partsOf(name)
    .flatMap(partsOf)
    .flatMap((attribute) => {
      const [id, value] = partsOf(attribute);
      return value ? stringFindings(value, objectIdOf(id)) : [];
    });
}

/** Which bytes a string type allows (X.680, clause 41). */
const allowed: Readonly<Record<number, (content: Buffer) => boolean>> = {
  [tags.printableString]: (content) => /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(content.toString('latin1')),
  [tags.ia5String]: (content) => content.every((byte) => byte < 0x80),
  [tags.utf8String]: (content) => Buffer.from(content.toString('utf8')).equals(content),
  [tags.bmpString]: (content) => content.length % 2 === 0,
  [tags.universalString]: (content) => content.length % 4 === 0,
};

const nulOf: Readonly<Record<number, number>> = { [tags.bmpString]: 2, [tags.universalString]: 4 };

function stringFindings({ tag, content }: Element, id: string): Finding[] {
  if (holdsNul(content, nulOf[tag] ?? 1))
    return [finding('subject-nul', `${id}: ${content.toString('latin1')}`)];
  const isAllowed = allowed[tag]?.(content) ?? true;
  return isAllowed ? [] : [finding('subject-characters', `${id}: ${escaped(content.toString('latin1'))}`)];
}

function holdsNul(content: Buffer, width: number): boolean {
  for (let at = 0; at + width <= content.length; at += width) {
    if (content.subarray(at, at + width).every((byte) => byte === 0)) return true;
  }
  return false;
}

/** rfc822Name, dNSName and URI are IA5String under their own tags (RFC 5280, section 4.2.1.6). */
const textTags = [0x81, 0x82, 0x86];

function alternativeNameFindings(extensions: Element): Finding[] {
  return partsOf(extensions)
    .flatMap(partsOf)
    .flatMap((extension) => {
      const parts = partsOf(extension);
      if (objectIdOf(parts[0]) !== oid.subjectAltName) return [];
      const names = readElement(octetsOf(expect(parts.at(-1), tags.octetString, 'the alternative names')));
      return partsOf(names)
        .filter(({ tag }) => textTags.includes(tag))
        .flatMap((name) => stringFindings({ ...name, tag: tags.ia5String }, 'subjectAltName'));
    });
}
