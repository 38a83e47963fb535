import { type Element, encode, partsOf, readElement, rebuilt, tags } from '../asn1/element.ts';
import { type Finding, finding } from '../findings.ts';
import { cleanFriendlyName } from '../friendly-name.ts';

/**
 * The friendly name of a `TRUSTED CERTIFICATE`: OpenSSL writes it as the alias (a UTF8String) of a sequence that
 * follows the certificate.
 */
export function judgeAlias(bytes: Buffer): { bytes: Buffer; findings: Finding[]; name: string | null } {
  const certificate = readElement(bytes);
  const rest = bytes.subarray(certificate.raw.length);
  if (rest.length === 0) return { bytes, findings: [], name: null };
  const auxiliary = readElement(rest);
  const findings: Finding[] = [];
  let name: string | null = null;
  const changed = withoutEmpty(auxiliary, (alias) => {
    const text = alias.content.toString('utf8');
    const clean = cleanFriendlyName(text);
    findings.push(...clean.codes.map((code) => finding(code, text)));
    name = clean.text;
    if (clean.codes.length === 0) return alias.raw;
    return clean.text === '' ? Buffer.alloc(0) : encode(tags.utf8String, Buffer.from(clean.text));
  });
  return { bytes: Buffer.concat([certificate.raw, changed]), findings, name };
}

function withoutEmpty(auxiliary: Element, change: (alias: Element) => Buffer): Buffer {
  if (auxiliary.tag !== tags.sequence || !partsOf(auxiliary).some(({ tag }) => tag === tags.utf8String))
    return auxiliary.raw;
  return rebuilt(auxiliary, (part) => (part.tag === tags.utf8String ? change(part) : part.raw));
}
