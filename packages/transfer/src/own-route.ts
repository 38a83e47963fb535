import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

/** A name has to be looked up first. */
const LIMIT_MS = 5000;
/** Nothing is sent there; some port has to be named (RFC 863). */
const DISCARD_PORT = 9;

/** The own address by which this machine goes somewhere, or the system's error code, as EHOSTUNREACH. */
export type OwnRoute = { readonly own: string } | { readonly code: string };

/**
 * Asks the routing table by a connected UDP socket, which sends nothing (RFC 768 has no connections).
 * @param host an address, or a name of IPv4
 */
export async function routeTo(host: string, port = DISCARD_PORT): Promise<OwnRoute> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  try {
    const connected = once(socket, 'connect', { signal: AbortSignal.timeout(LIMIT_MS) });
    socket.connect(port, host);
    await connected;
    return { own: socket.address().address };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { code: typeof code === 'string' ? code : 'EHOSTUNREACH' };
  } finally {
    socket.close();
  }
}
