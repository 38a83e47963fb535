/** `name`, `name:port` or `[address]:port` of a machine, with `user@` before it where another one signs in there. */
export interface Target {
  /** As it was given. */
  readonly text: string;
  /** In the one spelling that it has: its host key is kept under it. */
  readonly host: string;
  readonly port: number;
  /** Undefined: the same as everywhere. */
  readonly user?: string;
}

const userName = /^[A-Za-z_][\w.-]{0,31}$/;

/** Whether ssh may be told to sign in as this user; a name that begins with `-` would be an option. */
export const isUserName = (text: string) => userName.test(text);

/** Undefined: no such thing; a name that begins with `-` would be an option of ssh. */
export function parseTarget(text: string): Target | undefined {
  const at = text.lastIndexOf('@');
  const user = at < 0 ? undefined : text.slice(0, at);
  if (user !== undefined && !isUserName(user)) return undefined;
  const [, bracketed, plain, port = '22'] =
    /^(?:\[([\da-fA-F:.]+)\]|(\w[\w.-]{0,252}))(?::(\d{1,5}))?$/.exec(text.slice(at + 1)) ?? [];
  const host = bracketed ?? plain;
  const number = Number(port);
  if (host === undefined || number < 1 || number > 65_535) return undefined;
  const one = host.includes(':') ? canonicalIpv6(host) : plainName(host);
  if (one === undefined) return undefined;
  return { text, host: one, port: number, ...(user === undefined ? {} : { user }) };
}

/** Names are the same in any case, and with the dot that ends them. */
const plainName = (name: string) => name.toLowerCase().replace(/\.$/, '');

/** As RFC 5952 writes it; undefined: it is none. */
function canonicalIpv6(address: string): string | undefined {
  const url = `http://[${address}]`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined;
}

/** As ssh(1) writes it into a known_hosts file: what a host key belongs to. */
export function knownHostName({ host, port }: Pick<Target, 'host' | 'port'>): string {
  return port === 22 ? host : `[${host}]:${port}`;
}
