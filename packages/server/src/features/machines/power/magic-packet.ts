/**
 * The payload that wakes a network card: six bytes 0xFF, then its address sixteen times (AMD, Magic Packet
 * Technology, 1995; BPWR-06).
 * @param mac six pairs of hexadecimal digits, with colons, dashes or nothing between them
 * @returns undefined where the text is no such address, or one that no card has (all zero, or a group)
 */
export function magicPacket(mac: string): Uint8Array | undefined {
  const bytes = parseMac(mac);
  if (!bytes) return undefined;
  const packet = new Uint8Array(6 + 16 * 6).fill(0xff, 0, 6);
  for (let at = 6; at < packet.length; at += 6) packet.set(bytes, at);
  return packet;
}

function parseMac(mac: string): number[] | undefined {
  const separator = mac[2] === ':' || mac[2] === '-' ? mac[2] : '';
  const parts = separator === '' ? (mac.match(/../g) ?? []) : mac.split(separator);
  const isMac =
    parts.length === 6 && parts.join(separator) === mac && parts.every((part) => /^[0-9a-f]{2}$/i.test(part));
  if (!isMac) return undefined;
  const bytes = parts.map((part) => Number.parseInt(part, 16));
  const isGroup = ((bytes[0] ?? 0) & 1) === 1;
  return isGroup || bytes.every((byte) => byte === 0) ? undefined : bytes;
}
