import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory } from '@tenkai/testkit/bare-agent.ts';
import { anInventory, aScenario } from '@tenkai/testkit/builders.ts';
import { aKnownMachine, deploy, report, settle } from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from './kernel/clock.ts';

/** Tables with a row or more for each machine, or for all that ever happened to it. */
const growing = [
  ...['machines', 'machines_presence', 'machines_inventory', 'enrollment_identities', 'collections_members'],
  ...['deployments_runs', 'deployments_steps', 'updates_machines', 'updates_pairs', 'updates_evidence'],
  ...['status_messages', 'status_objects', 'kernel_events'],
];

/** What is asked seldom, and of everything. */
const exempt = [
  // When contents are cleaned up: which of them no run needs any more.
  'SELECT DISTINCT plan_hash FROM deployments_runs',
  // At the start.
  'SELECT p.run_id FROM updates_pairs p JOIN deployments_runs r',
  'SELECT count(*) AS n FROM machines',
  // Once in the life of a database: migrations.
  'UPDATE machines SET inbound_state = (',
  'UPDATE updates_machines SET is_restart_needed = 1 WHERE restart_run_id IN\n       (SELECT id FROM deployments_runs',
];

/**
 * A walk over all rows of a growing table: by a scan, or by an index of which a value stands for half of the fleet.
 * What a scan reads of an index for some rows only (`WHERE` in its definition) is as short as they are few.
 */
function walks(detail: string, partial: ReadonlySet<string>): boolean {
  const scan = /^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?/.exec(detail);
  if (scan) return growing.includes(scan[1] ?? '') && !partial.has(scan[2] ?? '');
  return /^SEARCH machines USING .*\((enrollment|power_state|activity)=\?\)$/.test(detail);
}

test('no statement of the daily road walks over all machines, or over all that ever happened to them', async (t) => {
  const texts = notePrepared(t);
  const clock = createFakeClock(1_700_000_000_000);
  const server = await startTestServer({ clock });
  atEnd(t, () => server.stop());
  await aDay(server, (ms) => clock.advance(ms));
  const all = [...texts].filter((text) => /^\s*(SELECT|UPDATE|DELETE|WITH)\b/i.test(text));
  assert.ok(all.length > 100, `only ${all.length} statements were seen`);
  const partial = await partialIndexes(server);
  const found: string[] = [];
  for (const text of all) {
    const walking = (await planOf(server, text)).filter((detail) => walks(detail, partial));
    if (walking.length > 0 && !exempt.some((start) => text.startsWith(start)))
      found.push(`${text}\n    ${walking.join(' | ')}`);
  }
  assert.deepEqual(found, []);
});

/** Machines come, report, get a deployment, end it, wait for a slot, are silent, and time passes. */
async function aDay(server: TestServer, advance: (ms: number) => Promise<void> | void) {
  await server.call(changeSiteSettings, { body: { concurrency: 2 } });
  await server.call(packageRoutes.create, { body: { draft: aDraft({ urgency: 'high' }), contentId: null } });
  const agents = [];
  for (const name of ['pc-1', 'pc-2', 'pc-3', 'pc-4']) agents.push(await aKnownMachine(server, name));
  const { id: scenarioId } = await server.call(scenarioRoutes.create, { body: aScenario() });
  await deploy(server, { subject: { kind: 'scenario', scenarioId } });
  for (const agent of agents) {
    for (const order of await openRuns(agent)) await report(server, agent, ...wholeRun(order), aHeartbeat());
    await report(
      server,
      agent,
      aWholeInventory({ ...anInventory(), network: { hostname: 'other', interfaces: [] } }),
    );
  }
  for (let n = 0; n < 10; n += 1) {
    await advance(60_000);
    await settle(server);
  }
}

/** Every text that is prepared from now on, on any database of this process. */
function notePrepared(t: TestContext): ReadonlySet<string> {
  const texts = new Set<string>();
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...args: Parameters<typeof prepare>) {
    texts.add(args[0]);
    return prepare.apply(this, args);
  };
  atEnd(t, () => {
    DatabaseSync.prototype.prepare = prepare;
  });
  return texts;
}

async function planOf({ kernel }: TestServer, text: string): Promise<string[]> {
  const rows = await kernel.db.read.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`);
  return rows.map(({ detail }) => detail);
}

async function partialIndexes({ kernel }: TestServer): Promise<Set<string>> {
  const rows = await kernel.db.read.all<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'",
  );
  return new Set(rows.map(({ name }) => name));
}
