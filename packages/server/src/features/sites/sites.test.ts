import assert from 'node:assert/strict';
import { changeSiteSettings, getSite, getSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';

onBothEngines(
  'BSRV-14: the concurrency setting has a default, can be changed and is audited',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    assert.equal((await server.call(getSite)).code, 'TST');
    assert.equal((await server.call(getSiteSettings, { as: 'viewer' })).concurrency, 50);
    const changed = await server.call(changeSiteSettings, { body: { concurrency: 5 } });
    assert.equal(changed.concurrency, 5);
    assert.equal((await server.call(getSiteSettings)).concurrency, 5);
    const rows = await server.kernel.db.read.all<{ details: string }>(
      "SELECT details FROM kernel_audit WHERE action = 'sites.settings-changed'",
    );
    assert.deepEqual(
      rows.map((row) => JSON.parse(row.details)),
      [{ concurrency: { from: 50, to: 5 } }],
    );
    await assert.rejects(server.call(changeSiteSettings, { as: 'viewer', body: { concurrency: 6 } }), {
      status: 403,
    });
    await assert.rejects(server.call(changeSiteSettings, { body: { concurrency: 0 } }), { status: 422 });
    assert.equal((await server.call(getSiteSettings)).concurrency, 5);
  },
);
