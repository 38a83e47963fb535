import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import { sendContent } from './send-content.ts';
import { newSession } from './session.ts';

const openSockets = () => process.getActiveResourcesInfo().filter((kind) => /UDP/i.test(kind)).length;

test('a session whose port another program has holds no socket afterwards', async (t) => {
  const other = createSocket('udp4').bind(0, '127.0.0.1');
  atEnd(t, () => other.close());
  await once(other, 'listening');
  const before = openSockets();
  assert.ok(before > 0);
  const sending = sendContent({
    ...newSession(),
    manifest: { version: 1, contentId: '0'.repeat(64), totalBytes: 0, files: [] },
    store: { open: () => Promise.reject(new Error('nothing is read')) },
    group: '239.255.77.9',
    port: other.address().port,
    senderPort: other.address().port,
    interfaceAddress: '127.0.0.1',
    hasLoopback: true,
    expected: [],
  });
  await assert.rejects(sending, { code: 'multicast-no-group', detail: /EADDRINUSE/ });
  await until('only the other socket is open', () => openSockets() === before, 5000);
});
