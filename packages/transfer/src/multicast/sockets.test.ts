import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { isPortUsed, openOwnSocket } from './sockets.ts';

test('a port of another program is told from a firewall that refuses to send', async (t) => {
  const other = createSocket('udp4');
  other.bind(0, '127.0.0.1');
  await once(other, 'listening');
  atEnd(t, () => other.close());
  const place = { interfaceAddress: '127.0.0.1' };
  await assert.rejects(openOwnSocket(other.address().port, place), ({ detail }: { detail: string }) =>
    isPortUsed(detail),
  );
  // As Windows says it of a port within a range that is reserved (netsh int ipv4 show excludedportrange udp).
  assert.ok(isPortUsed('bind EACCES 0.0.0.0:56100'));
  for (const firewall of ['send EACCES 239.255.77.7:56100', 'send EPERM 239.255.77.7:56100'])
    assert.ok(!isPortUsed(firewall), firewall);
});
