import type { FilePlatform } from './hotfix.ts';

/** What a Windows program says of itself. */
export interface PeFacts {
  readonly platform: FilePlatform | null;
  /** FileVersion of VS_FIXEDFILEINFO, `4.0.6487.2111`; null: it has none. */
  readonly version: string | null;
}

/** Machine field of the COFF header (PE format, section 3.3.1). */
const machines: Readonly<Record<number, FilePlatform>> = { 332: 'x86', 34404: 'x64', 512: 'ia64' };
/** VS_FIXEDFILEINFO begins with 0xFEEF04BD and the structure version 0x00010000, little endian. */
const fixedInfo = [0xbd, 0x04, 0xef, 0xfe, 0x00, 0x00, 0x01, 0x00];

/** Reads platform and version out of a program's bytes; null: it is no PE file. Never throws. */
export function readPeFacts(bytes: Uint8Array): PeFacts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64 || view.getUint16(0, true) !== 0x5a4d) return null;
  const header = view.getUint32(60, true);
  if (header + 6 > bytes.length || view.getUint32(header, true) !== 0x4550) return null;
  return { platform: machines[view.getUint16(header + 4, true)] ?? null, version: versionIn(bytes, view) };
}

function versionIn(bytes: Uint8Array, view: DataView): string | null {
  for (let at = bytes.indexOf(0xbd); at >= 0; at = bytes.indexOf(0xbd, at + 1)) {
    if (at + 16 > bytes.length) return null;
    if (!fixedInfo.every((byte, index) => bytes[at + index] === byte)) continue;
    const [high, low] = [view.getUint32(at + 8, true), view.getUint32(at + 12, true)];
    return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].join('.');
  }
  return null;
}
