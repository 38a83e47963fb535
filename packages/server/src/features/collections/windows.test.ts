import assert from 'node:assert/strict';
import { windowRoutes } from '@tenkai/protocol/api/windows.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import type { BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aCollection, byQuery, createCollection, enrollFleet } from '@tenkai/testkit/collections.ts';
import { dumpTables } from '@tenkai/testkit/dump-tables.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';

onBothEngines('maintenance windows of collections hold for their members', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const [web, db] = (await enrollFleet(server, ['web', 'db'])) as [BareAgent, BareAgent];
  const nginx = await createCollection(
    server,
    aCollection('nginx', { rules: [byQuery('software has "nginx"')] }),
  );
  const night = {
    id: 'night',
    name: 'Night',
    durationMinutes: 120,
    schedule: {
      kind: 'recurring' as const,
      rule: { every: 'day' as const, interval: 1, at: '22:00' },
      timeZone: 'Asia/Tokyo',
      startsAt: '2026-01-01T00:00:00+09:00',
    },
  };
  const once = {
    id: 'once',
    name: 'Move',
    durationMinutes: 60,
    schedule: { kind: 'at' as const, at: '2026-04-01T22:00:00Z' },
  };
  const replace = (id: string, windows: object[]) =>
    server.call(windowRoutes.replace, { params: { id }, body: { windows } as never });
  await replace(nginx.id, [night]);
  await replace('all', [once]);
  assert.deepEqual((await server.call(windowRoutes.list, { params: { id: nginx.id } })).items, [night]);
  const { windowsFor } = server.app.collections;
  assert.deepEqual(
    [...(await windowsFor([web.machineId, db.machineId]))].map(([id, windows]) => [
      id,
      windows.map((window) => window.id),
    ]),
    [
      [web.machineId, ['night', 'once']],
      [db.machineId, ['once']],
    ],
  );
  const before = await dumpTables(server.kernel.db);
  const elsewhere = { ...night, schedule: { ...night.schedule, timeZone: 'Mars/Olympus' } };
  await assert.rejects(replace(nginx.id, [elsewhere]), refusedWith('window-invalid', 422));
  await assert.rejects(replace('gone', [night]), refusedWith('not-found', 404));
  assert.deepEqual(await dumpTables(server.kernel.db), before);
  await replace('all', []);
  await replace(nginx.id, []);
  assert.deepEqual(await windowsFor([web.machineId]), new Map());
});
