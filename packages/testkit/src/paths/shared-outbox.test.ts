/** Two states of one machine, or two copies, use the numbers of one outbox: no report is taken for another one. */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openGuarded, readEnrollment } from '@tenkai/agent/identity.ts';
import { openOutbox, spoolFiles } from '@tenkai/agent/outbox/outbox.ts';
import { openSender } from '@tenkai/agent/outbox/sender.ts';
import { readStatus } from '@tenkai/agent/service/status-file.ts';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { createSiteClient, createTokenSource, enrollOnce } from '@tenkai/protocol/agent/link/index.ts';
import { type Report, ReportReply } from '@tenkai/protocol/agent/reports.ts';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '../at-end.ts';
import { enrolledByTicket } from '../small-site/enrolled-by-ticket.ts';
import { ended, type TestAgent, until } from '../small-site/run-agent.ts';
import { startTestServer, type TestServer } from '../start-server.ts';

const options = { timeout: 180_000 };

async function machineOf(t: TestContext) {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  return { server, agent: await enrolledByTicket(t, server) };
}

/** A report that the site keeps and shows, like no other. */
const aReport = (orderId: string): Report => {
  const params = { orderId, action: 'restart' };
  return { kind: 'status', severity: 'error', code: 'power-order-failed', params, at: Date.now() };
};

const put = ({ data }: TestAgent, orderId: string) =>
  openOutbox({ folder: data.outbox, now: Date.now }).put(aReport(orderId));

const isEmpty = async ({ data }: TestAgent) =>
  (await openSender({ folder: data.outbox }).take({ count: 1, bytes: 1 })).length === 0;

async function told(server: TestServer): Promise<string[]> {
  const { items } = await server.call(listStatusMessages, { query: {} });
  return items.flatMap(({ params }) => (params.orderId ? [String(params.orderId)] : []));
}

test('a machine that goes back to a snapshot loses no report of its second life', options, async (t) => {
  const { server, agent } = await machineOf(t);
  const snapshot = join(agent.root, 'snapshot');
  const live = async (...reports: string[]) => {
    for (const each of reports) put(agent, each);
    const service = agent.start();
    await until(async () => (await told(server)).includes(reports.at(-1) ?? ''));
    return service;
  };
  // Killed while nothing waits for an answer: what is sent again after the snapshot would give the other life away.
  const first = await live('one');
  const waiting = () => ['new', 'numbered'].flatMap((part) => spoolFiles(join(agent.data.outbox, part)));
  await until(() => waiting().length === 0);
  await ended(first, 'SIGKILL');
  cpSync(agent.data.outbox, snapshot, { recursive: true });
  await ended(await live('two'), 'SIGTERM');
  rmSync(agent.data.outbox, { recursive: true });
  cpSync(snapshot, agent.data.outbox, { recursive: true });
  // The first batch of this life goes past the numbers of the other one: what the site acknowledges was given here.
  const second = Array.from({ length: 20 }, (_, index) => `again ${index}`);
  await live(...second);
  assert.deepEqual((await told(server)).sort(), ['one', 'two', ...second].sort());
});

test(
  'a report that waits in quarantine is told after the release, though a copy has used its number',
  options,
  async (t) => {
    const { server, agent } = await machineOf(t);
    const enrollment = readEnrollment(agent.data);
    assert.ok(enrollment);
    const { server: url, rootCertificate, machineId } = enrollment;
    put(agent, 'mine');
    const sender = openSender({ folder: agent.data.outbox });
    const [{ number = 0 } = {}] = await sender.take({ count: 1, bytes: 1 });
    // The copy is online meanwhile, with the same keys and the same outbox.
    const client = createSiteClient({ url, rootCertificate });
    atEnd(t, () => client.close());
    const signer = openGuarded(agent.data, null);
    const token = await createTokenSource({ client, signer, machineId, now: Date.now }).get();
    const body = { outbox: sender.name, reports: [{ number, report: aReport('of the copy') }] };
    const request = { method: 'POST', path: agentPaths.reports, token, body, reply: ReportReply } as const;
    assert.equal((await client.call(request)).acknowledged, number);
    const facts = {
      ...{ name: 'copy', signingKey: signer.signingKey, encryptionKey: signer.encryptionKey },
      ...{ hardwareFingerprint: 'f'.repeat(64), agentVersion: '0.1.0', operatingSystem: 'Debian' },
    };
    assert.equal((await enrollOnce({ client, signer }, facts)).status, 'quarantined');

    agent.start();
    await until(() => /quarantine/.test(readStatus(agent.data)?.trouble ?? ''));
    const decision = 'approve' as const;
    await server.call(enrollmentRoutes.decide, { body: { machineIds: [machineId], decision } });
    await until(async () => (await told(server)).includes('mine'));
    assert.deepEqual((await told(server)).sort(), ['mine', 'of the copy']);
    await until(() => isEmpty(agent));
  },
);
