import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Failure } from '../failures.ts';
import { kernelSockets } from './kernel-sockets.ts';

/** Which card of this machine takes part; its IPv4 address. */
export interface Place {
  readonly interfaceAddress: string;
  /** How many routers datagrams may cross: 1, unless told, is the own network alone. */
  readonly ttl?: number;
  /** True: members on this very machine hear the sender too. */
  readonly hasLoopback?: boolean;
}

/** What waits in the kernel while this process is busy; where the system allows less, it gives less. */
const BUFFER_BYTES = 4 * 1024 * 1024;

export interface GroupSocket {
  readonly socket: Socket;
  /** Takes what else waits in the system, see KernelSockets; undefined: it comes as messages only. */
  readonly receive: ((into: Buffer) => number) | undefined;
  /**
   * Tells the switches anew that this machine wants the group. They forget it after about four minutes where none of
   * the segment asks who still does (a querier, RFC 3376 section 8.4), and then pass nothing on.
   */
  rejoin(): void;
  close(): void;
}

/**
 * A socket that hears a group, on one card only.
 * @throws Failure multicast-no-group
 */
export async function listenToGroup(
  { group, port }: { group: string; port: number },
  { interfaceAddress }: Place,
): Promise<GroupSocket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  try {
    // Linux gives datagrams of other groups on the same port to sockets that are bound to no address.
    const address = process.platform === 'win32' ? interfaceAddress : group;
    const kernel = await kernelSockets();
    const descriptor = kernel?.hearTrains(address, port);
    await bound(socket, port, address, descriptor);
    socket.addMembership(group, interfaceAddress);
    enlarge(socket);
    const isPlain = !kernel || descriptor === undefined;
    const receive = isPlain ? undefined : (into: Buffer) => kernel.receive(descriptor, into);
    return groupSocket(socket, { group, interfaceAddress }, receive);
  } catch (error) {
    socket.close();
    throw noGroup(error, group, interfaceAddress);
  }
}

/** Once closed nothing is read: the system may have given the descriptor's number to another file. */
function groupSocket(
  socket: Socket,
  { group, interfaceAddress }: { group: string; interfaceAddress: string },
  receive: GroupSocket['receive'],
): GroupSocket {
  let isOpen = true;
  return {
    socket,
    receive: receive && ((into) => (isOpen ? receive(into) : -1)),
    rejoin() {
      for (const act of [socket.dropMembership, socket.addMembership]) {
        try {
          act.call(socket, group, interfaceAddress);
        } catch {
          // Where the card is gone both fail; once it is back, the next try succeeds.
        }
      }
    },
    close() {
      isOpen = false;
      socket.close();
    },
  };
}

/** A socket that sends to the group and hears what is sent to this machine alone. */
export async function openOwnSocket(port: number, place: Place, descriptor?: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4' });
  try {
    await bound(socket, port, place.interfaceAddress, descriptor);
    socket.setMulticastInterface(place.interfaceAddress);
    socket.setMulticastTTL(place.ttl ?? 1);
    socket.setMulticastLoopback(place.hasLoopback ?? false);
    enlarge(socket);
    return socket;
  } catch (error) {
    socket.close();
    throw noGroup(error, '', place.interfaceAddress);
  }
}

export interface ShardSocket {
  readonly socket: Socket;
  /** A whole train may be given to it at once. */
  readonly hasOffload: boolean;
}

/** A socket that can send to the group only, and does not look up an address for each datagram. */
export async function openShardSocket(
  { group, port }: { group: string; port: number },
  place: Place,
): Promise<ShardSocket> {
  const descriptor = (await kernelSockets())?.sendTrains(place.interfaceAddress, 0);
  const socket = await openOwnSocket(0, place, descriptor);
  socket.connect(port, group);
  await once(socket, 'connect').catch((error) => {
    socket.close();
    throw noGroup(error, group, place.interfaceAddress);
  });
  return { socket, hasOffload: descriptor !== undefined };
}

async function bound(socket: Socket, port: number, address: string, descriptor?: number): Promise<void> {
  // With a descriptor the event comes before `bind` returns.
  const listening = once(socket, 'listening');
  if (descriptor === undefined) socket.bind(port, address);
  else socket.bind({ fd: descriptor, exclusive: true });
  await listening;
}

/** Where a socket's buffers are smaller than they could be; the system may give less than is asked for. */
function enlarge(socket: Socket): void {
  try {
    if (socket.getRecvBufferSize() < BUFFER_BYTES) socket.setRecvBufferSize(BUFFER_BYTES);
    if (socket.getSendBufferSize() < BUFFER_BYTES) socket.setSendBufferSize(BUFFER_BYTES);
  } catch {
    // The system's own sizes have to do.
  }
}

/** Whether the port is another program's, or kept for one: Windows refuses a port of a reserved range by EACCES. */
export function isPortUsed(detail: string): boolean {
  return /EADDRINUSE|bind EACCES/.test(detail);
}

function noGroup(error: unknown, group: string, address: string): Failure {
  const detail = error instanceof Error ? error.message : String(error);
  return new Failure('multicast-no-group', { group, address }, { detail });
}
