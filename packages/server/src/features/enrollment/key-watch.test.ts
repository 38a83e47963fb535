import assert from 'node:assert/strict';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, type BareAgent, createBareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { until } from '@tenkai/testkit/small-site/run-agent.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';

const hardwareFingerprint = 'a'.repeat(64);

/** Lives of agents with one key on hardware that looks the same; the first one enrolls. */
async function livesOf(server: TestServer, names: readonly string[]): Promise<BareAgent[]> {
  const body = { name: 'tests', maxUses: 1, validHours: 1 };
  const { secret: ticket } = await server.call(enrollmentRoutes.createTicket, { body });
  const lives: BareAgent[] = [];
  for (const name of names) {
    const [first] = lives;
    const life = createBareAgent(server, {
      hardwareFingerprint,
      instance: `instance-${name}`,
      ...(first && { keysOf: first }),
    });
    const { status, machineId } = await life.enroll({ ticket });
    assert.deepEqual([status, machineId], ['enrolled', first?.machineId ?? machineId]);
    lives.push(life);
  }
  return lives;
}

async function sharedMessages(server: TestServer): Promise<(string | null)[]> {
  const { items } = await server.call(listStatusMessages, { query: { code: 'enrollment.shared' } });
  return items.map(({ machineId }) => machineId);
}

onBothEngines(
  'MASTER-20 two agents that live at once with one key on the same hardware are both shut out, and told why, until somebody has decided',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const [original, copy] = (await livesOf(server, ['original', 'copy'])) as [BareAgent, BareAgent];
    const bothSpeak = async () => {
      for (let turn = 0; turn < 5; turn += 1)
        for (const life of [original, copy])
          await life
            .orders()
            .catch((error: unknown) => void refusedWith('agent-token-invalid', 401)(error as Error));
    };
    await bothSpeak();
    await until(async () => (await sharedMessages(server)).length === 1);
    assert.deepEqual(await sharedMessages(server), [original.machineId]);
    for (const life of [original, copy]) {
      await assert.rejects(life.orders(), refusedWith('agent-token-invalid', 401));
      await assert.rejects(life.token(), refusedWith('machine-key-shared', 403));
      assert.equal((await life.enroll()).status, 'quarantined');
    }

    const body = { machineIds: [original.machineId], decision: 'approve' as const };
    await server.call(enrollmentRoutes.decide, { body });
    // The copy was stopped: whatever the original says, it is itself.
    for (let turn = 0; turn < 20; turn += 1) await original.report(aHeartbeat());
    assert.equal((await sharedMessages(server)).length, 1);
    // Nobody stopped it.
    await bothSpeak();
    await until(async () => (await sharedMessages(server)).length === 2);
  },
);

onBothEngines(
  'MASTER-20 an agent that starts again and again is never taken for two',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const lives = await livesOf(
      server,
      Array.from({ length: 12 }, (_, index) => `boot-${index}`),
    );
    for (const [index, life] of lives.entries()) {
      await life.orders();
      // What it sent as it died comes late.
      await lives[index - 1]?.orders();
      await life.report(aHeartbeat());
      await life.token();
    }
    assert.deepEqual(await sharedMessages(server), []);
    assert.equal((await lives.at(-1)?.enroll())?.status, 'enrolled');
  },
);
