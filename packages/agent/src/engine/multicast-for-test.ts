/** A small site whose answers about multicast are given, an agent and ports of its own for each test. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, afterEach, before, beforeEach } from 'node:test';
import type { RunReport } from '@tenkai/protocol/agent/reports.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { publishContent as storeOf } from '@tenkai/testkit/published-content.ts';
import { type EnrolledAgent, enrolledAgent } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { contentPart, copyStep } from '@tenkai/testkit/small-site/steps.ts';
import { chunkPath, type Manifest } from '@tenkai/transfer';

/** A session waits for others; nothing waits for ever. */
export const options = { timeout: 120_000 };

/** An address of this organisation alone (RFC 2365). */
export const group = '239.255.78.1';

/** Nobody has them: several of these files may run at once. */
export let port = 0;

/** Where the sender hears its members. */
export let senderPort = 0;

/** One for all tests of a file. */
export let site: SmallSite;

/** A new one for each test. */
export let agent: EnrolledAgent;

before(async () => {
  site = await startSmallSite();
});

after(() => site.close());

beforeEach(async () => {
  [port = 0, senderPort = 0] = await freePorts(2);
  agent = await enrolledAgent(site);
});

afterEach(() => {
  site.intercept = () => false;
  agent.remove();
});

/** How the content came, as the site was told. */
export const deliveryOf = (reports: readonly { kind: string }[]) =>
  reports.find((one): one is RunReport => one.kind === 'run' && (one as RunReport).event === 'delivered')
    ?.delivery;

/** A content of 3 MiB, of which the site can serve the manifest alone unless told, and one that can send it. */
export async function content(t: { after(act: () => unknown): void }, hasChunks: boolean) {
  const data = randomBytes(3 * 1024 * 1024);
  const manifest = await publishContent(site, { 'app/data': data, 'app/setup': '#!/bin/sh\n' });
  const store = await storeOf({ 'app/data': data, 'app/setup': '#!/bin/sh\n' });
  atEnd(t, () => store.remove());
  if (!hasChunks)
    for (const { sha256 } of manifest.files.flatMap((file) => file.chunks))
      site.serve(`/content/${chunkPath(sha256)}`, '');
  return { data, manifest, store: store.store };
}

/** Copies the content to where a test looks. */
export const stepsOf = (manifest: Manifest) => [
  copyStep({ content: contentPart(manifest), from: 'app', to: '/srv' }),
];

/** Why the site sends a machine to unicast. */
export const refusal = { code: 'unicast-nobody-else', params: {} };

/** UDP ports that nobody has at this moment. */
async function freePorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createSocket('udp4'));
  for (const socket of sockets) {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
  }
  const ports = sockets.map((socket) => socket.address().port);
  for (const socket of sockets) socket.close();
  return ports;
}
