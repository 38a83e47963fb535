/** How long the tickets of a push live: as long as somebody waits for their machine, and no longer than it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { pushRoutes } from '@tenkai/protocol/api/pushes.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { createBareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { systemClock } from '../../kernel/clock.ts';
import { type HostRow, insertPush, type PushTableRow } from './pushes.store.ts';
import { asBefore, audited, settled } from './pushes-for-test.ts';

const hourMs = 3_600_000;

const push: PushTableRow = {
  ...{ id: 'push-1', created_at: Date.now(), by_id: 'u1', by_name: 'ann', user_name: 'root' },
  ...{ sign_in: 'site-key', uses_secret: 0, host_keys: 'ask', known_hosts: '', properties: '[]' },
  ...{ management_point: 'https://site.example', parallel: 1, retries: 0 },
};

const hostRow = (position: number, state: HostRow['state'], tickets: readonly string[]): HostRow => ({
  ...{ push_id: push.id, position, host: `web-${position}`, state, attempt: 1, updated_at: push.created_at },
  ...{ outcome: null, reason: null, detail: '', version: null, exit_code: null, log: '', offered: null },
  ...{ known: '[]', tickets: JSON.stringify(tickets), machine_id: null },
});

async function newTicket(server: TestServer) {
  const body = { name: 'push: web', maxUses: 1, validHours: 24 };
  const { ticket, secret } = await server.call(enrollmentRoutes.createTicket, { body });
  return { id: ticket.id, secret };
}

onBothEngines(
  'a machine whose agent is there enrolls, however long the server was off; what was not used ends with it',
  async (t, { databaseUrl }) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tenkai-push-tickets-'));
    atEnd(t, () => rm(dataDir, { recursive: true, force: true }));
    const first = await startTestServer({ databaseUrl, dataDir });
    const token = await first.apiToken('administrator');
    const [spare, used, left] = [await newTicket(first), await newTicket(first), await newTicket(first)];
    const hosts = [hostRow(0, 'enrolling', [spare.id, used.id]), hostRow(1, 'failed', [left.id])];
    await first.kernel.db.transaction((tx) => insertPush(tx, push, hosts));
    await first.stop();
    const clock = { ...systemClock, now: () => Date.now() + 48 * hourMs };
    const started = await startTestServer({ databaseUrl, dataDir, clock });
    atEnd(t, () => started.stop());
    const server = asBefore(started, token);
    const agent = createBareAgent(server, { name: 'web-0' });
    assert.equal((await agent.enroll({ ticket: used.secret })).status, 'enrolled');
    const { hosts: ended } = await settled(server, push.id, 'failed');
    assert.deepEqual([ended[0]?.state, ended[0]?.machineId], ['done', agent.machineId]);
    const another = createBareAgent(server);
    await assert.rejects(another.enroll({ ticket: spare.secret }), refusedWith('ticket-revoked'));
    // Nobody waits for that one any more.
    await assert.rejects(another.enroll({ ticket: left.secret }), refusedWith('ticket-expired'));
    assert.match((await audited(server)).join('\n'), /tickets.renewed .*"validHours":24/);
  },
);

onBothEngines('with a push that is forgotten or cancelled its tickets end', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const [failed, interrupted] = [await newTicket(server), await newTicket(server)];
  const hosts = [hostRow(0, 'failed', [failed.id]), hostRow(1, 'interrupted', [interrupted.id])];
  await server.kernel.db.transaction((tx) => insertPush(tx, push, hosts));
  const revoked = async () =>
    (await server.call(enrollmentRoutes.listTickets)).items.flatMap((one) => (one.isRevoked ? [one.id] : []));
  await server.call(pushRoutes.cancel, { params: { id: push.id }, body: {} });
  assert.deepEqual(await revoked(), [interrupted.id]);
  await server.call(pushRoutes.remove, { params: { id: push.id } });
  assert.deepEqual((await revoked()).sort(), [failed.id, interrupted.id].sort());
});
