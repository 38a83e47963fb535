import { type Element, encode, expect, objectIdOf, partsOf, tags } from '../asn1/element.ts';
import { oid } from '../asn1/object-ids.ts';
import { type Finding, finding } from '../findings.ts';
import { cleanFriendlyName } from '../friendly-name.ts';

export interface JudgedAttributes {
  /** The SET OF attributes as it must be; the very same bytes where nothing is wrong. Empty: leave it out. */
  readonly raw: Buffer;
  readonly findings: readonly Finding[];
  readonly name: string | null;
  readonly localKeyId: string | null;
}

/** The attributes of one bag of a PFX; all but the friendly name stay as they are (RFC 7292, section 4.2). */
export function judgeAttributes(attributes: Element): JudgedAttributes {
  const kept: Buffer[] = [];
  const findings: Finding[] = [];
  let name: string | null = null;
  let seen = false;
  let localKeyId: string | null = null;
  for (const attribute of partsOf(attributes)) {
    const [id, values] = partsOf(attribute);
    const kind = objectIdOf(id, 'the kind of an attribute');
    if (kind === oid.localKeyId && values) localKeyId = partsOf(values)[0]?.content.toString('hex') ?? null;
    if (kind !== oid.friendlyName) {
      kept.push(attribute.raw);
      continue;
    }
    if (seen) {
      findings.push(finding('name-repeated', decodeName(firstOf(values))));
      continue;
    }
    seen = true;
    const judged = judgeName(expect(values, tags.set, 'the friendly name'));
    findings.push(...judged.findings);
    name = judged.text;
    if (judged.findings.length === 0) kept.push(attribute.raw);
    else if (judged.text !== '')
      kept.push(encode(tags.sequence, id?.raw ?? Buffer.alloc(0), encode(tags.set, bmpString(judged.text))));
  }
  if (findings.length === 0) return { raw: attributes.raw, findings, name, localKeyId };
  const raw = kept.length === 0 ? Buffer.alloc(0) : encode(tags.set, ...sorted(kept));
  return { raw, findings, name, localKeyId };
}

function judgeName(values: Element): { text: string; findings: Finding[] } {
  const parts = partsOf(values);
  const [first] = parts;
  if (!first) return { text: '', findings: [finding('name-empty')] };
  const text = decodeName(first);
  const { text: clean, codes } = cleanFriendlyName(text);
  const findings = codes.map((code) => finding(code, text));
  if (first.tag !== tags.bmpString) findings.push(finding('name-wrong-type', text));
  else if (first.content.length % 2 === 1) findings.push(finding('name-odd-length', text));
  if (parts.length > 1) findings.push(finding('name-repeated', text));
  return { text: clean, findings };
}

const firstOf = (values: Element | undefined) => (values ? partsOf(values)[0] : undefined);

/** The text of any string type; of bytes of no string type nothing can be said. */
function decodeName(value: Element | undefined): string {
  if (!value) return '';
  const { tag, content } = value;
  if (tag === tags.bmpString)
    return Buffer.from(content.subarray(0, content.length & ~1))
      .swap16()
      .toString('utf16le');
  if (tag === tags.utf8String) return content.toString('utf8');
  if (tag === tags.universalString) return universalText(content);
  const isByteString = [tags.printableString, tags.ia5String, tags.teletexString].some(
    (each) => each === tag,
  );
  return isByteString ? content.toString('latin1') : '';
}

function universalText(content: Buffer): string {
  let text = '';
  for (let at = 0; at + 4 <= content.length; at += 4) {
    const code = content.readUInt32BE(at);
    text += code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
  }
  return text;
}

export function bmpString(text: string): Buffer {
  return encode(tags.bmpString, Buffer.from(text, 'utf16le').swap16());
}

/** DER orders a SET OF by its bytes. */
const sorted = (parts: readonly Buffer[]) => [...parts].sort(Buffer.compare);
