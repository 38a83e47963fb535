import assert from 'node:assert/strict';
import { agentPatchProof } from '@tenkai/protocol/agent/patch.ts';
import { changeSiteSettings, getSite, getSiteSettings, signAgentPatch } from '@tenkai/protocol/api/site.ts';
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

onBothEngines(
  'HOTFIX-29: a patch of the agent is signed for an administrator, with an audit; what is none is not',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const files = [{ name: 'engine.mjs', version: '0.1.2', sizeBytes: 1, sha256: 'a'.repeat(64) }];
    const patch = JSON.stringify({
      ...{ format: 1, id: 'TK1001', title: 'A cure', symptom: '', line: '0.1', system: 'linux' },
      ...{ architecture: 'any', replaces: [], requires: [], madeAt: new Date().toISOString(), files },
    });
    const { signature, rootCertificate } = await server.call(signAgentPatch, { body: { patch } });
    const { keys, db } = server.kernel;
    assert.equal(keys.verify(agentPatchProof(patch), signature), true);
    assert.equal(rootCertificate, keys.rootCertificate);
    const rows = await db.read.all<{ object: string }>(
      "SELECT object FROM kernel_audit WHERE action = 'sites.agent-patch-signed'",
    );
    assert.deepEqual(
      rows.map(({ object }) => object),
      ['agent-patch:TK1001'],
    );
    await assert.rejects(server.call(signAgentPatch, { as: 'viewer', body: { patch } }), { status: 403 });
    await assert.rejects(server.call(signAgentPatch, { body: { patch: '{"kind":"run"}' } }), {
      status: 422,
    });
  },
);
