import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { verifyAuditLog } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { type EngineUnderTest, onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { writeFileDurably } from '../durable-file.ts';
import { systemActor } from './audit.ts';

/** A server whose log has ten entries of ours after those of its start. */
async function startWithEntries(t: TestContext, { databaseUrl }: EngineUnderTest) {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  await server.apiToken('administrator');
  for (let n = 0; n < 10; n += 1) await record(server, n);
  const whole = await server.call(verifyAuditLog);
  assert.equal(whole.ok, true);
  return { server, count: whole.checked };
}

const record = ({ kernel }: TestServer, n: number) =>
  kernel.db.transaction((tx) =>
    kernel.audit.record(tx, {
      actor: systemActor,
      action: 'tests.tried',
      object: `test:${n}`,
      details: { n },
    }),
  );
const tamper = ({ kernel }: TestServer, statement: string, params: (string | number)[]) =>
  kernel.db.transaction((tx) => tx.run(statement, params));
const anchorFile = (server: TestServer) => join(server.dataDir, 'audit-anchor.json');

onBothEngines('audit verify finds an edited entry', async (t, under) => {
  const { server, count } = await startWithEntries(t, under);
  await tamper(server, 'UPDATE kernel_audit SET details = ? WHERE seq = ?', ['{"n":99}', count - 4]);
  assert.deepEqual(await server.call(verifyAuditLog), {
    ok: false,
    checked: count - 5,
    firstBadSeq: count - 4,
    problem: 'edited',
  });
});

for (const column of ['at', 'actor', 'actor_name', 'action', 'object', 'previous_hash', 'hash'] as const) {
  onBothEngines(`audit verify finds an edit of ${column}`, async (t, under) => {
    const { server, count } = await startWithEntries(t, under);
    await tamper(server, `UPDATE kernel_audit SET ${column} = ? WHERE seq = ?`, [
      column === 'at' ? 5 : 'x',
      count - 2,
    ]);
    const verdict = await server.call(verifyAuditLog);
    assert.deepEqual([verdict.problem, verdict.firstBadSeq], ['edited', count - 2]);
  });
}

onBothEngines('audit verify finds a deleted entry', async (t, under) => {
  const { server, count } = await startWithEntries(t, under);
  await tamper(server, 'DELETE FROM kernel_audit WHERE seq = ?', [count - 4]);
  const verdict = await server.call(verifyAuditLog);
  assert.deepEqual([verdict.ok, verdict.problem, verdict.firstBadSeq], [false, 'missing', count - 4]);
});

onBothEngines('audit verify finds a cut-off tail, also when everything is cut off', async (t, under) => {
  const { server, count } = await startWithEntries(t, under);
  await tamper(server, 'DELETE FROM kernel_audit WHERE seq > ?', [count - 3]);
  const verdict = await server.call(verifyAuditLog);
  assert.deepEqual([verdict.ok, verdict.problem, verdict.firstBadSeq], [false, 'cut-off', count - 2]);
  await tamper(server, 'DELETE FROM kernel_audit WHERE seq > ?', [0]);
  assert.equal((await server.kernel.audit.verify()).problem, 'cut-off');
});

onBothEngines('audit verify finds a chain that was rewritten as a whole', async (t, under) => {
  const { server, count } = await startWithEntries(t, under);
  const other = await startWithEntries(t, { engine: 'sqlite', databaseUrl: undefined });
  await tamper(server, 'DELETE FROM kernel_audit WHERE seq > ?', [0]);
  const rows = await other.server.kernel.db.read.sql
    .selectFrom('kernel_audit')
    .selectAll()
    .orderBy('seq')
    .execute();
  await server.kernel.db.transaction(async (tx) => {
    for (const row of rows) await tx.sql.insertInto('kernel_audit').values(row).execute();
  });
  const verdict = await server.call(verifyAuditLog);
  assert.deepEqual([verdict.ok, verdict.problem, verdict.firstBadSeq], [false, 'edited', count]);
});

onBothEngines(
  'audit verify finds an anchor that is missing, altered or of another site',
  async (t, under) => {
    const { server, count } = await startWithEntries(t, under);
    const good = await readFile(anchorFile(server), 'utf8');
    await writeFile(anchorFile(server), good.replace(`"seq":${count}`, `"seq":${count - 1}`));
    assert.equal((await server.call(verifyAuditLog)).problem, 'anchor-invalid');
    const other = await startWithEntries(t, { engine: 'sqlite', databaseUrl: undefined });
    await writeFile(anchorFile(server), await readFile(anchorFile(other.server)));
    assert.equal((await server.call(verifyAuditLog)).problem, 'anchor-invalid');
    await writeFile(anchorFile(server), '');
    assert.equal((await server.call(verifyAuditLog)).problem, 'anchor-invalid');
    await rm(anchorFile(server));
    assert.equal((await server.call(verifyAuditLog)).problem, 'anchor-missing');
    await writeFileDurably(anchorFile(server), good, 0o600);
    assert.equal((await server.call(verifyAuditLog)).ok, true);
  },
);

onBothEngines('a refused act leaves no entry, concurrent acts make one chain', async (t, under) => {
  const { server, count } = await startWithEntries(t, under);
  const { kernel } = server;
  const failing = kernel.db.transaction(async (tx) => {
    await kernel.audit.record(tx, { actor: systemActor, action: 'tests.failed', object: 'test:0' });
    throw new Error('no');
  });
  await assert.rejects(failing, /no/);
  await Promise.all(Array.from({ length: 20 }, (_, n) => record(server, n)));
  assert.deepEqual(await server.call(verifyAuditLog), { ok: true, checked: count + 20 });
});

onBothEngines('new entries do not cover a cut-off tail, not even after a restart', async (t, under) => {
  const { server, count } = await startWithEntries(t, under);
  await tamper(server, 'DELETE FROM kernel_audit WHERE seq > ?', [count - 3]);
  for (let n = 0; n < 6; n += 1) await record(server, n);
  const verdict = await server.call(verifyAuditLog);
  assert.deepEqual([verdict.problem, verdict.firstBadSeq], ['edited', count]);
  await server.kernel.audit.start();
  await record(server, 7);
  assert.deepEqual(await server.call(verifyAuditLog), verdict);
});

onBothEngines(
  'entries that a crash left behind the anchor are taken up at the next start',
  async (t, under) => {
    const { server, count } = await startWithEntries(t, under);
    const old = await readFile(anchorFile(server));
    await record(server, 1);
    await server.kernel.audit.stop();
    await writeFile(anchorFile(server), old);
    await server.kernel.audit.start();
    assert.notDeepEqual(await readFile(anchorFile(server)), old);
    assert.deepEqual(await server.call(verifyAuditLog), { ok: true, checked: count + 1 });
  },
);

onBothEngines('the anchor of a site that has entries is never made anew', async (t, under) => {
  const { server } = await startWithEntries(t, under);
  await rm(anchorFile(server));
  await server.kernel.audit.start();
  await record(server, 1);
  assert.equal((await server.call(verifyAuditLog)).problem, 'anchor-missing');
});
