import { parseIpAddress } from '../machine/ip-address.ts';

/** Why a text is no address of a site's role; the codes have their sentences in failures.ts. */
export type AddressProblem =
  | 'property-address-wrong'
  | 'property-address-plain-http'
  | 'property-address-has-user'
  | 'property-address-has-path';

/** The port of an installed server. */
const httpsPort = 443;

/**
 * Reads where a role of a site is: `mp.example`, `mp.example:8443`, `https://mp.example:8443/`, `10.0.0.1`,
 * `[2001:db8::1]:8443`. No name is asked for: whether it exists is another question (SITE-14).
 * @returns the origin, `https://mp.example:8443`, the usual port left out; or the code of what is wrong
 */
export function parseRoleAddress(
  text: string,
): { readonly url: string } | { readonly problem: AddressProblem } {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'https')
    return { problem: scheme === 'http' ? 'property-address-plain-http' : 'property-address-wrong' };
  const rest = scheme === undefined ? text : text.slice('https://'.length);
  if (rest.includes('@')) return { problem: 'property-address-has-user' };
  const place = rest.replace(/\/$/, '');
  if (/[/?#\\]/.test(place)) return { problem: 'property-address-has-path' };
  const url = urlOf(place);
  return url === undefined ? { problem: 'property-address-wrong' } : { url };
}

/** `https://host[:port]` of a host name or address and a port; undefined where one of them is none. */
export function roleUrl(host: string, port: number): string | undefined {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  const name = host.replace(/\.$/, '').toLowerCase();
  const address = parseIpAddress(host);
  if (address === undefined && !isHostName(name)) return undefined;
  const shown = address?.family === 'ipv6' ? `[${host.toLowerCase()}]` : name;
  if (host.includes('%')) return undefined;
  return `https://${shown}${port === httpsPort ? '' : `:${port}`}`;
}

function urlOf(place: string): string | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(place) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return undefined;
  if (bracketed !== undefined && parseIpAddress(bracketed)?.family !== 'ipv6') return undefined;
  return roleUrl(host, port === undefined ? httpsPort : Number(port));
}

/** RFC 1123, section 2.1, and the lengths of RFC 1035, section 2.3.4; all digits would be a mistyped address. */
export function isHostName(text: string): boolean {
  const labels = text.split('.');
  const areLabels = labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));
  return text.length <= 253 && areLabels && !/^\d+$/.test(labels.at(-1) ?? '');
}
