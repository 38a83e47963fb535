import {
  type Element,
  encode,
  objectIdOf,
  octetsOf,
  partsOf,
  readElement,
  rebuilt,
  tags,
} from '@tenkai/certificates/asn1/element.ts';
import { oid } from '@tenkai/certificates/asn1/object-ids.ts';
import { encryptionOf } from '@tenkai/certificates/pfx/encryption.ts';
import { macOf } from '@tenkai/certificates/pfx/mac.ts';
import { createOpener, type Opener } from '@tenkai/certificates/pfx/passwords.ts';

/**
 * A PFX with friendly names that no tool would write: each value is put in as it is, whatever type and bytes. It has the
 * encryption, the MAC and the key bags of the given one.
 */
export function renamedPfx(pfx: Buffer, password: string, names: readonly Buffer[]): Buffer {
  const opener = createOpener([password]);
  const [, authSafe, macData] = partsOf(readElement(pfx));
  const content = inside(authSafe as Element);
  const changed = rebuilt(readElement(content), (info) => {
    if (objectIdOf(partsOf(info)[0]) === oid.encryptedData)
      return renamedEncrypted(info, { opener, password, names });
    return withContent(info, renamedBags(readElement(inside(info)), names));
  });
  return rebuilt(readElement(pfx), (part, index) => {
    if (index === 1) return withContent(part, changed);
    return index === 2 && macData ? macOf(macData).over(opener, password, changed) : part.raw;
  });
}

/** A BMPString of any text, NUL and lone surrogates included. */
export function bmpName(text: string): Buffer {
  return encode(tags.bmpString, Buffer.from(text, 'utf16le').swap16());
}

const inside = (info: Element) => octetsOf(partsOf(partsOf(info)[1] as Element)[0] as Element);

const withContent = (info: Element, content: Buffer) =>
  rebuilt(info, (part, index) =>
    index === 1 ? encode(tags.context0, encode(tags.octetString, content)) : part.raw,
  );

function renamedEncrypted(
  info: Element,
  { opener, password, names }: { opener: Opener; password: string; names: readonly Buffer[] },
): Buffer {
  const data = partsOf(partsOf(info)[1] as Element)[0] as Element;
  const [kind, algorithm, bytes] = partsOf(partsOf(data)[1] as Element);
  const encryption = encryptionOf(algorithm as Element);
  const plain = encryption.decrypt(opener, password, octetsOf(bytes as Element));
  const { algorithm: renewed, encrypt } = encryption.renewed();
  const encrypted = encrypt(opener, password, renamedBags(readElement(plain), names));
  const content = encode(
    tags.sequence,
    (kind as Element).raw,
    renewed,
    encode(tags.context0Primitive, encrypted),
  );
  const renewedData = rebuilt(data, (part, index) => (index === 1 ? content : part.raw));
  return rebuilt(info, (part, index) => (index === 1 ? encode(tags.context0, renewedData) : part.raw));
}

function renamedBags(bags: Element, names: readonly Buffer[]): Buffer {
  const name = encode(
    tags.sequence,
    Buffer.from('06092a864886f70d010914', 'hex'),
    encode(tags.set, ...names),
  );
  return rebuilt(bags, (bag) => {
    const [id, value, attributes] = partsOf(bag);
    const others = (attributes ? partsOf(attributes) : []).filter(
      (attribute) => objectIdOf(partsOf(attribute)[0]) !== oid.friendlyName,
    );
    const set = encode(tags.set, ...others.map(({ raw }) => raw), name);
    return encode(tags.sequence, (id as Element).raw, (value as Element).raw, set);
  });
}
