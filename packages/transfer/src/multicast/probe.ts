import { createSealer, emptyHeader, kinds, readHeader, writeHeader } from './datagram.ts';
import { HEADER_BYTES } from './layout.ts';
import { listenToGroup, openShardSocket, type Place } from './sockets.ts';

/** A group, a port, and the key that only both ends of one test have. */
export interface Probe {
  readonly group: string;
  readonly port: number;
  readonly key: Buffer;
}

const EVERY_MS = 150;
const NO_DIGEST = Buffer.alloc(8);

/** A datagram of the kind that sessions have, and that belongs to none. */
export function probeDatagram(key: Buffer): Buffer {
  const datagram = Buffer.alloc(HEADER_BYTES);
  const header = { kind: kinds.beacon, turn: 0, shard: 0, session: process.pid, segment: 0, sequence: 0 };
  writeHeader(datagram, header, NO_DIGEST);
  createSealer(key).seal(datagram);
  return datagram;
}

/** Whether it was sealed with this key. */
export function isProbe(key: Buffer): (message: Buffer) => boolean {
  const sealer = createSealer(key);
  return (message) => readHeader(message, emptyHeader()) && sealer.isGenuine(message);
}

/**
 * Sends to the group until the signal aborts.
 * @throws Failure multicast-no-group
 */
export async function sendProbes(
  { group, port, key }: Probe,
  place: Place,
  signal: AbortSignal,
): Promise<void> {
  const datagram = probeDatagram(key);
  const { socket } = await openShardSocket({ group, port }, { ...place, hasLoopback: true });
  // One that is lost, or refused by a card that has just gone, is followed by others.
  const send = () => socket.send(datagram, () => undefined);
  const timer = setInterval(send, EVERY_MS);
  send();
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
  clearInterval(timer);
  socket.close();
}

/**
 * Whether something sealed with the key is heard on this machine's card before the signal aborts.
 * @throws Failure multicast-no-group
 */
export async function hearProbe(
  { group, port, key }: Probe,
  place: Place,
  signal: AbortSignal,
): Promise<boolean> {
  const listener = await listenToGroup({ group, port }, place);
  const isOurs = isProbe(key);
  try {
    return await new Promise<boolean>((resolve) => {
      listener.socket.on('message', (message) => isOurs(message) && resolve(true));
      if (signal.aborted) resolve(false);
      signal.addEventListener('abort', () => resolve(false));
    });
  } finally {
    listener.close();
  }
}
