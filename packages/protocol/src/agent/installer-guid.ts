import { createHash } from 'node:crypto';

const namespace = 'b6b7e3c2-6a0d-4c39-8d1f-3f0f5e2a7d10';

/** A GUID that is the same for the same name, everywhere and always (RFC 9562, version 5). */
export function guidOf(name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16).toUpperCase();
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `{${parts.join('-')}}`;
}

/** By which Windows Installer knows the patch `TK1001` of that product. */
export const mspCodeOf = (id: string, product: string) => guidOf(`patch ${id} ${product}`);
