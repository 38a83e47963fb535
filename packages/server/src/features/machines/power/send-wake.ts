import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { directedBroadcast, type WakePlan } from './wake-targets.ts';

/** Sends the packets of a plan; resolves with the addresses that took at least one. */
export type SendWake = (plan: WakePlan, port: number) => Promise<string[]>;

const timeoutMs = 5000;

/**
 * Sends by UDP from a socket of its own. The limited broadcast leaves by one interface only on most systems, so
 * the subnets of every interface of the server are addressed as well. An address without a route is left out.
 */
export const sendWake: SendWake = async ({ packets, addresses }, port) => {
  const socket = createSocket('udp4');
  const timer = setTimeout(() => socket.close(), timeoutMs);
  try {
    await bound(socket);
    socket.setBroadcast(true);
    const all = [...new Set([...addresses, ...ownBroadcasts()])];
    const taken = await Promise.all(all.map((address) => sendAll(socket, packets, port, address)));
    return all.filter((_, index) => taken[index]);
  } finally {
    clearTimeout(timer);
    socket.close();
  }
};

function bound(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, () => resolve());
  });
}

async function sendAll(socket: Socket, packets: readonly Uint8Array[], port: number, address: string) {
  const sent = await Promise.all(packets.map((packet) => sendOne(socket, packet, port, address)));
  return sent.some(Boolean);
}

function sendOne(socket: Socket, packet: Uint8Array, port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => socket.send(packet, port, address, (error) => resolve(error === null)));
}

function ownBroadcasts(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address, cidr }) => directedBroadcast(address, Number(cidr?.split('/')[1])))
    .filter((address) => address !== undefined);
}
