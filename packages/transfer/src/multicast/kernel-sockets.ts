/**
 * Options of UDP sockets that Node cannot set: with them the kernel takes trains of datagrams apart and puts them
 * together (Linux 4.18 and 5.0: UDP_SEGMENT, UDP_GRO in udp(7)), which makes a transfer several times cheaper. The
 * sockets are made here and then used by node:dgram as any other. Where koffi is not installed, or the system is
 * another, everything works without, datagram by datagram (docs/decisions/0033).
 */
import { DATAGRAM_BYTES } from './layout.ts';

export interface KernelSockets {
  /** A socket for datagrams that are sent in trains; its file descriptor. Undefined: the kernel does not want to. */
  sendTrains(address: string, port: number): number | undefined;
  /** A socket that hears on an address and port together with others, in trains where they come so. */
  hearTrains(address: string, port: number): number | undefined;
  /** Takes what waits at a socket, without waiting for it; how many bytes, or -1 where nothing waits. */
  receive(descriptor: number, into: Buffer): number;
}

const [AF_INET, SOCK_DGRAM, SOCK_CLOEXEC] = [2, 2, 0o2000000];
const [SOL_SOCKET, SO_REUSEADDR, SO_SNDBUFFORCE, SO_RCVBUFFORCE] = [1, 2, 32, 33];
const [SOL_UDP, UDP_SEGMENT, UDP_GRO] = [17, 103, 104];
const MSG_DONTWAIT = 0x40;
/** More than the system grants to everybody; root may have it. */
const BUFFER_BYTES = 16 * 1024 * 1024;

type Option = readonly [level: number, name: number, value: number];

let loading: Promise<KernelSockets | undefined> | undefined;

/** Loads the library once. Undefined where there is none. */
export function kernelSockets(): Promise<KernelSockets | undefined> {
  loading ??= process.platform === 'linux' ? load().catch(() => undefined) : Promise.resolve(undefined);
  return loading;
}

async function load(): Promise<KernelSockets> {
  const { default: koffi } = await import('koffi');
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int, int, int)');
  const bind = libc.func('int bind(int, const uint8_t *, uint32_t)');
  const setOption = libc.func('int setsockopt(int, int, int, const int *, uint32_t)');
  const close = libc.func('int close(int)');
  const receive = libc.func('intptr_t recv(int, uint8_t *, size_t, int)');
  const open = (address: string, port: number, needed: readonly Option[], wished: readonly Option[]) => {
    const descriptor: number = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return undefined;
    const set = ([level, name, value]: Option) => setOption(descriptor, level, name, [value], 4) === 0;
    for (const option of wished) set(option);
    if (needed.every(set) && bind(descriptor, addressBytes(address, port), 16) === 0) return descriptor;
    close(descriptor);
    return undefined;
  };
  return {
    receive: (descriptor, into) => Number(receive(descriptor, into, into.length, MSG_DONTWAIT)),
    sendTrains: (address, port) =>
      open(
        address,
        port,
        [[SOL_UDP, UDP_SEGMENT, DATAGRAM_BYTES]],
        [[SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES]],
      ),
    hearTrains: (address, port) =>
      open(
        address,
        port,
        [
          [SOL_SOCKET, SO_REUSEADDR, 1],
          [SOL_UDP, UDP_GRO, 1],
        ],
        [[SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES]],
      ),
  };
}

/** struct sockaddr_in, ip(7): the family in the machine's order, port and address in the network's. */
function addressBytes(address: string, port: number): Uint8Array {
  const bytes = new Uint8Array(16);
  new Uint16Array(bytes.buffer)[0] = AF_INET;
  bytes[2] = port >> 8;
  bytes[3] = port & 0xff;
  for (const [index, part] of address.split('.').entries()) bytes[4 + index] = Number(part);
  return bytes;
}
