/**
 * Two addresses on this machine's own network that no other test process has: a /30 of the range for measurements
 * (RFC 2544), which is used nowhere. For tests that join a namespace to it by a cable.
 * @returns without their prefix length, 30
 */
export function ownSubnet(pid = process.pid): { readonly near: string; readonly far: string } {
  // 198.18.0.0/15 holds 2^15 of them, and process numbers of one run of the tests are close together.
  const first = (pid % 2 ** 15) * 4;
  const octets = [198, 18 + (first >> 16), (first >> 8) & 255, first & 255];
  const address = (host: number) => [...octets.slice(0, 3), (octets[3] ?? 0) + host].join('.');
  return { near: address(1), far: address(2) };
}
