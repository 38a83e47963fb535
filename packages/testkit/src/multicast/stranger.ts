/**
 * A machine on the segment that knows everything of a session but its keys, and floods it: `node stranger.ts CONFIG`.
 * Prints how many datagrams it has sent when it is told to end (SIGTERM).
 */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import type { Manifest } from '@tenkai/transfer';
import { createSealer, kinds, writeHeader } from '@tenkai/transfer/multicast/datagram.ts';
import { DATAGRAM_BYTES } from '@tenkai/transfer/multicast/layout.ts';
import { writeBeacon, writeNack, writeStatus } from '@tenkai/transfer/multicast/messages.ts';
import { segmentsOf } from '@tenkai/transfer/multicast/segments.ts';

export interface StrangerConfig {
  readonly manifest: Manifest;
  readonly session: number;
  readonly interfaceAddress: string;
  readonly group: string;
  readonly port: number;
  readonly senderAddress: string;
  readonly senderPort: number;
}

const config = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as StrangerConfig;
const segments = segmentsOf(config.manifest);
// A key of its own: tags are well formed, and false.
const sealer = createSealer(Buffer.alloc(32, 7));
const NO_DIGEST = Buffer.alloc(8);
const GAP_MS = 10;
const MEMBERS = 40;
let sent = 0;

const socket = createSocket('udp4');
socket.bind(0, config.interfaceAddress, () => {
  socket.setMulticastInterface(config.interfaceAddress);
  const timer = setInterval(flood, GAP_MS);
  process.stdout.write('ready\n');
  process.once('SIGTERM', () => {
    clearInterval(timer);
    socket.close();
    process.stdout.write(`${sent}\n`);
  });
});

function flood(): void {
  const toGroup = (datagram: Buffer) => socket.send(datagram, config.port, config.group);
  const toSender = (datagram: Buffer) => socket.send(datagram, config.senderPort, config.senderAddress);
  const { index = 0, digest = NO_DIGEST } = segments[sent % segments.length] ?? {};
  const shard = message(kinds.data, { segment: index, bytes: Buffer.alloc(DATAGRAM_BYTES, 0x5a), digest });
  toGroup(shard);
  toGroup(shard.subarray(0, 1 + (sent % DATAGRAM_BYTES)));
  const dismissed = [1, 2, 3, 4].map((member) => ({ member, cause: 'cancelled' as const }));
  const beacon = { counter: 2 ** 31, isEnd: true, statusGapMs: 0, nackWindowMs: 0, flights: [], dismissed };
  toGroup(message(kinds.beacon, { segment: 0, bytes: writeBeacon(beacon), digest: NO_DIGEST }));
  const epoch = Date.now() * 2;
  const needs = [{ segment: index, turn: 0, missing: new Uint8Array(23).fill(128) }];
  const nack = message(kinds.nack, { segment: 1, bytes: writeNack({ epoch, needs }), digest: NO_DIGEST });
  toGroup(nack);
  toSender(nack);
  const figures = { wantedCount: 0, received: 0, expected: 0, diskWaitMs: 0, beacon: 0, beaconAgeMs: 0 };
  const status = writeStatus({ ...figures, epoch, next: 0, credit: 0, from: 0, wanted: new Uint8Array(1) });
  toSender(message(kinds.status, { segment: 1 + (sent % MEMBERS), bytes: status, digest: NO_DIGEST }));
  sent += 6;
}

function message(
  kind: number,
  { segment, bytes, digest }: { segment: number; bytes: Buffer; digest: Buffer },
): Buffer {
  const header = { kind, turn: 0, shard: sent % 2000, session: config.session, segment };
  writeHeader(bytes, { ...header, sequence: (sent * 7919) >>> 0 }, digest);
  sealer.seal(bytes);
  return bytes;
}
