import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import { hearGroup } from './hear-group.ts';
import { kernelSockets } from './kernel-sockets.ts';
import { DATAGRAM_BYTES, TRAIN_DATAGRAMS } from './layout.ts';
import { listenToGroup, openShardSocket } from './sockets.ts';

const group = '239.255.77.11';
const place = { interfaceAddress: '127.0.0.1', hasLoopback: true };
const hasKoffi = await import('koffi').then(
  () => true,
  () => false,
);
const skip = process.platform !== 'linux' || !hasKoffi ? 'trains of datagrams: Linux with koffi' : false;

/** Datagrams from number `from` on, each filled with its own number. */
const train = (from: number, count: number) =>
  Buffer.concat(Array.from({ length: count }, (_, index) => Buffer.alloc(DATAGRAM_BYTES, from + index)));

test('datagrams that wait in trains come one by one, whole and in order', { skip }, async (t) => {
  assert.ok(await kernelSockets(), 'koffi finds all that is asked of it');
  const port = await freePort();
  const heard = await listenToGroup({ group, port }, place);
  atEnd(t, () => heard.close());
  const { socket } = await openShardSocket({ group, port }, place);
  atEnd(t, () => socket.close());
  let readHere = 0;
  const receive = (into: Buffer) => {
    const length = heard.receive?.(into) ?? -1;
    if (length > 0) readHere += 1;
    return length;
  };
  const numbers: number[] = [];
  hearGroup({ ...heard, receive }, (datagram) => {
    const [number = -1] = datagram;
    const bytes = number === 255 ? 100 : DATAGRAM_BYTES;
    assert.deepEqual(datagram, Buffer.alloc(bytes, number), `datagram ${numbers.length}`);
    numbers.push(number);
  });
  // All wait before the first is read: this function does not give way in between.
  for (const count of [0, 1, 2, 3, 4]) socket.send(train(count * TRAIN_DATAGRAMS, TRAIN_DATAGRAMS));
  socket.send(Buffer.concat([train(220, 2), Buffer.alloc(100, 255)]));
  await until('all have come', () => numbers.length >= 223, 20_000);
  assert.deepEqual(numbers, [...Array(222).keys(), 255]);
  assert.ok(readHere > 0, 'some were read into memory that is used again');
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
