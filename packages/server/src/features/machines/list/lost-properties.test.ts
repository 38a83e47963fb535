import assert from 'node:assert/strict';
import { propertyMessages } from '@tenkai/domain/assignment/property-history.ts';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { createBareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';

const event = (name: string, from: string | null, to: string | null, origin: string, at = 5) => ({
  kind: 'status',
  severity: to === null ? 'warning' : 'info',
  code: to === null && origin !== 'assign' ? propertyMessages.lost : propertyMessages.changed,
  params: { name, from: from ?? '-', to: to ?? '-', origin, version: '0.1.1' },
  at,
});

onBothEngines(
  'AGENT-29: the history of a property is asked for by machine and name',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    await agent.report(
      event('FSP', null, 'https://a.example', 'installation', 1),
      event('MP', null, 'https://mp.example', 'installation', 1),
      event('FSP', 'https://a.example', 'https://b.example', 'installation', 2),
      event('FSP', 'https://b.example', null, 'patch', 3),
    );
    const query = { machineId: agent.machineId, object: 'property:FSP' };
    const { items } = await server.call(listStatusMessages, { query });
    assert.deepEqual(
      items.map(({ at, params }) => [at, params.from, params.to, params.origin, params.version]),
      [
        [3, 'https://b.example', '-', 'patch', '0.1.1'],
        [2, 'https://a.example', 'https://b.example', 'installation', '0.1.1'],
        [1, '-', 'https://a.example', 'installation', '0.1.1'],
      ],
    );
  },
);

onBothEngines(
  'AGENT-30: of a fleet of 1000 exactly the 37 that lost their FSP with a patch are reported',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const { secret } = await server.call(enrollmentRoutes.createTicket, {
      body: { name: 'fleet', maxUses: 1000, validHours: 1 },
    });
    // The question is the same for fewer, and PostgreSQL takes its time with enrollments.
    const [fleet, losers] = databaseUrl === undefined ? [1000, 37] : [60, 2];
    const expected: string[] = [];
    await inGroups(fleet, 50, async (index) => {
      const name = `pc-${String(index).padStart(4, '0')}`;
      // Each from a place of its own: one address may not ask that often.
      const remoteAddress = `10.1.${index >> 8}.${index & 255}`;
      const agent = createBareAgent(server, { name, remoteAddress });
      await agent.enroll({ ticket: secret });
      const given = [event('FSP', null, 'https://fsp.example', 'installation')];
      const isLost = index % 27 === 5 && expected.length < losers;
      if (isLost) expected.push(name);
      await agent.report(...given, ...fateOf(index, isLost));
    });
    assert.equal(expected.length, losers);
    const { items } = await server.call(machineRoutes.lostProperties, { query: { property: 'FSP' } });
    assert.deepEqual(
      items.map(({ machineName }) => machineName),
      expected.sort(),
    );
    const { machineId: _, machineName: __, ...first } = items[0] ?? assert.fail('there is none');
    assert.deepEqual(first, {
      ...{ property: 'FSP', value: 'https://fsp.example', at: 5, origin: 'patch', version: '0.1.1' },
    });
    assert.equal(
      (await server.call(machineRoutes.lostProperties, { query: { property: 'MP' } })).items.length,
      0,
    );
  },
);

/** Of the others some kept it, some took it away on purpose, some got it back. */
function fateOf(index: number, isLost: boolean) {
  const lost = event('FSP', 'https://fsp.example', null, 'patch');
  if (isLost) return [lost];
  if (index % 3 === 0) return [event('FSP', 'https://fsp.example', null, 'assign')];
  if (index % 3 === 1) return [lost, event('FSP', null, 'https://fsp.example', 'rollback')];
  return [];
}

async function inGroups(count: number, size: number, act: (index: number) => Promise<void>) {
  for (let from = 0; from < count; from += size)
    await Promise.all(Array.from({ length: Math.min(size, count - from) }, (_, index) => act(from + index)));
}
