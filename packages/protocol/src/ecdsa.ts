import { type KeyObject, sign, verify } from 'node:crypto';

/**
 * ECDSA P-256 with SHA-256 in IEEE P1363 form: r and s, 32 bytes each. Asked for this form, Node takes the key apart
 * in OpenSSL's older way, which costs as much again as the signature; put together from DER here, it costs nothing.
 */
const halfBytes = 32;

export function signP1363(key: KeyObject, bytes: Uint8Array): Buffer {
  return p1363FromDer(sign('sha256', bytes, key));
}

/** False also for a signature of another length. */
export function verifyP1363(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 2 * halfBytes || key.asymmetricKeyType !== 'ec') return false;
  return verify('sha256', bytes, key, derFromP1363(signature));
}

/** SEQUENCE of two INTEGERs (RFC 3279, 2.2.3); with P-256 every length takes one byte. */
function p1363FromDer(der: Uint8Array): Buffer {
  const rBytes = der[3] as number;
  const sAt = 4 + rBytes + 2;
  return Buffer.concat([half(der.subarray(4, 4 + rBytes)), half(der.subarray(sAt))]);
}

function half(integer: Uint8Array): Buffer {
  const bytes = Buffer.alloc(halfBytes);
  const significant = integer.subarray(Math.max(0, integer.length - halfBytes));
  bytes.set(significant, halfBytes - significant.length);
  return bytes;
}

function derFromP1363(signature: Uint8Array): Buffer {
  const r = derInteger(signature.subarray(0, halfBytes));
  const s = derInteger(signature.subarray(halfBytes));
  return Buffer.concat([Uint8Array.of(0x30, r.length + s.length), r, s]);
}

/** As short as it can be, and never negative. */
function derInteger(bytes: Uint8Array): Buffer {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from += 1;
  const value = bytes.subarray(from);
  const sign = (value[0] as number) >= 0x80 ? [0] : [];
  return Buffer.from([0x02, sign.length + value.length, ...sign, ...value]);
}
