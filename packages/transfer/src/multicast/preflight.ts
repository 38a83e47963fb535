import type { Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { DATAGRAM_BYTES } from './layout.ts';
import { isProbe, probeDatagram } from './probe.ts';
import { isPortUsed, listenToGroup, openShardSocket, type Place } from './sockets.ts';

/**
 * What keeps a machine from sessions on a card. `blocked`: its own system refuses to send to the group; `not-heard`:
 * what it sends does not come back to it. Both are a firewall of its own. `no-group`: its system gives no membership
 * or no socket, `detail` says which. `no-route`: Linux never says it, for it sends to a group by the card that is named
 * whatever its routes are; Windows has a route to groups for each card, which can be missing.
 */
export type Unfitness =
  | 'no-such-address'
  | 'small-packets'
  | 'no-group'
  | 'no-route'
  | 'blocked'
  | 'port-used'
  | 'not-heard';

/** Why this machine cannot take part in sessions on a card. `detail` is for people who know networks. */
export type PreflightResult =
  | { readonly isFit: true; readonly interface: string }
  | { readonly isFit: false; readonly reason: Unfitness; readonly detail: string };

const HEARD_MS = 500;
const TRIES = 5;
/** IPv4 and UDP headers. */
const HEADERS_BYTES = 28;

/**
 * Looks before a session begins whether this machine's card can take part: it has the address, carries whole
 * datagrams, joins the group, has a way to it, and what is sent to the group comes back over the card's own loop.
 * Whether switches pass it on shows only with members: then nothing is heard of them, and they go on by unicast.
 */
export async function checkMulticast(
  { group, port, key }: { group: string; port: number; key: Buffer },
  place: Place & { readonly mtu?: number | undefined },
): Promise<PreflightResult> {
  const found = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some(({ address }) => address === place.interfaceAddress),
  );
  if (!found) return { isFit: false, reason: 'no-such-address', detail: place.interfaceAddress };
  if (place.mtu !== undefined && place.mtu < DATAGRAM_BYTES + HEADERS_BYTES) {
    return { isFit: false, reason: 'small-packets', detail: `MTU ${place.mtu}` };
  }
  const problem = await hearOneself({ group, port, key }, place);
  return problem ?? { isFit: true, interface: found[0] };
}

async function hearOneself(
  { group, port, key }: { group: string; port: number; key: Buffer },
  place: Place,
): Promise<PreflightResult | undefined> {
  const heard = await listenToGroup({ group, port }, place).catch(refusalOf);
  if ('isFit' in heard) return heard;
  try {
    const sender = await openShardSocket({ group, port }, { ...place, hasLoopback: true }).catch(refusalOf);
    if ('isFit' in sender) return sender;
    try {
      const problem = await sendAndHear(sender.socket, heard.socket, key);
      if (problem === 'heard') return undefined;
      return problem ? refusalOf(problem) : { isFit: false, reason: 'not-heard', detail: `${group}:${port}` };
    } finally {
      sender.socket.close();
    }
  } finally {
    heard.close();
  }
}

/** @returns what the system said where it refused to send; null: it sent, and nothing came back */
async function sendAndHear(sender: Socket, listener: Socket, key: Buffer): Promise<'heard' | Error | null> {
  const isOurs = isProbe(key);
  const probe = probeDatagram(key);
  const isHeard = new Promise<boolean>((resolve) => {
    listener.on('message', (message) => {
      if (isOurs(message)) resolve(true);
    });
    // On a busy machine the time may be over before what has come was read: that is done before an immediate.
    setTimeout(() => setImmediate(() => resolve(false)), HEARD_MS);
  });
  let problem: Error | null = null;
  for (let count = 0; count < TRIES; count += 1) {
    sender.send(probe, (error) => {
      problem = error;
    });
  }
  return (await isHeard) ? 'heard' : problem;
}

function refusalOf(error: unknown): PreflightResult {
  const detail = (error as { detail?: string }).detail ?? String(error);
  return { isFit: false, reason: reasonOf(detail), detail };
}

function reasonOf(detail: string): Unfitness {
  if (isPortUsed(detail)) return 'port-used';
  // A firewall that drops what a program sends shows as EPERM (Linux) or EACCES (Windows) of that program's call.
  if (/EPERM|EACCES/.test(detail)) return 'blocked';
  return /ENETUNREACH|EHOSTUNREACH/.test(detail) ? 'no-route' : 'no-group';
}
