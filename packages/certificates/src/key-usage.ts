import { expect, objectIdOf, octetsOf, partsOf, readElement, tags } from './asn1/element.ts';

/** What the key of a certificate may do, as people need it: `signing`, `encryption`, both, or nothing that is said. */
export type KeyUse = 'signing' | 'encryption';

const keyUsage = '2.5.29.15';
const bits: Readonly<Record<KeyUse, number>> = {
  // digitalSignature and nonRepudiation.
  signing: 0xc0,
  // keyEncipherment, dataEncipherment and keyAgreement.
  encryption: 0x38,
};

/** By the key usage extension (RFC 5280, section 4.2.1.3); empty where there is none or the certificate is broken. */
export function keyUses(der: Buffer): KeyUse[] {
  try {
    const octet = usageOctet(der);
    return (['signing', 'encryption'] as const).filter((use) => (octet & bits[use]) !== 0);
  } catch {
    return [];
  }
}

function usageOctet(der: Buffer): number {
  const [signed] = partsOf(readElement(der));
  const extensions = partsOf(expect(signed, tags.sequence, 'the signed part')).find(
    (part) => part.tag === tags.context3,
  );
  if (!extensions) return 0;
  for (const extension of partsOf(extensions).flatMap(partsOf)) {
    const parts = partsOf(extension);
    if (objectIdOf(parts[0]) !== keyUsage) continue;
    const value = readElement(octetsOf(expect(parts.at(-1), tags.octetString, 'the key usage')));
    return value.content[1] ?? 0;
  }
  return 0;
}
