import { isHostName, roleUrl } from './address.ts';

/** An SRV record (RFC 2782) as node:dns gives it. */
export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/**
 * Name under which a site's management points are published: `_tenkai_mp_tk1._tcp.example.org`, or without a site
 * code `_tenkai_mp._tcp.example.org`, for networks with one site.
 */
export function serviceName(siteCode: string | undefined, dnsSuffix: string): string {
  const site = siteCode === undefined ? '' : `_${siteCode.toLowerCase()}`;
  return `_tenkai_mp${site}._tcp.${dnsSuffix}`;
}

/** More than these are a mistake or an attack. */
const maxTargets = 16;

/**
 * Addresses in the order in which they are to be tried: lower priorities first, and within one priority drawn by
 * weight (RFC 2782, *Usage rules*). Records that cannot be an address are left out; a single `.` offers nothing.
 * @param draw gives numbers from 0 to below 1
 */
export function orderServices(records: readonly ServiceRecord[], draw: () => number): string[] {
  const usable = records.filter(({ name, port }) => isHostName(name.replace(/\.$/, '')) && port > 0);
  const priorities = [...new Set(usable.map(({ priority }) => priority))].sort((a, b) => a - b);
  const ordered = priorities.flatMap((priority) =>
    drawByWeight(
      usable.filter((record) => record.priority === priority),
      draw,
    ),
  );
  const urls = ordered.flatMap(({ name, port }) => roleUrl(name, port) ?? []);
  return [...new Set(urls)].slice(0, maxTargets);
}

function drawByWeight(records: readonly ServiceRecord[], draw: () => number): ServiceRecord[] {
  // Those without weight first, so that they have their small chance.
  const left = [...records].sort((a, b) => Number(a.weight > 0) - Number(b.weight > 0));
  const drawn: ServiceRecord[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    const number = draw() * (total + 1);
    let sum = 0;
    const index = left.findIndex(({ weight }) => {
      sum += weight;
      return sum >= Math.floor(number);
    });
    drawn.push(...left.splice(Math.max(index, 0), 1));
  }
  return drawn;
}

/** `example.org`, with or without dots at its ends. */
export function parseDnsSuffix(text: string): string | undefined {
  const suffix = text.replace(/^\./, '').replace(/\.$/, '').toLowerCase();
  // The service's own labels come before it; the whole name has at most 253 characters.
  return isHostName(suffix) && suffix.length <= 230 ? suffix : undefined;
}
