import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MulticastAnswer, MulticastTerms } from '@tenkai/protocol/agent/multicast.ts';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, type BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { report } from '@tenkai/testkit/deployed.ts';
import { askMulticast, takePart } from '@tenkai/testkit/multicast/member.ts';
import { begin, codesOf, type Scene, scene, show, three } from '@tenkai/testkit/multicast/scene.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import { openRuns, runReport } from '@tenkai/testkit/run-reports.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';

onBothEngines(
  'BSCN-28: a site that was killed frees the addresses of its sessions at its next start',
  async (t, { databaseUrl }) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tenkai-multicast-'));
    const before = await startTestServer({ databaseUrl, dataDir });
    await before.kernel.db.transaction((tx) =>
      tx.run(
        `INSERT INTO multicast_sessions (id, deployment_id, content_id, address, port, sender_port,
           interface_address, content_bytes, started_at, datagrams, repairs)
         VALUES ('s', 'd', 'c', '239.255.77.1', 56100, 56101, '127.0.0.1', 1, 1, 0, 0)`,
      ),
    );
    await before.stop();
    const after = await startTestServer({ databaseUrl, dataDir });
    atEnd(t, async () => {
      await after.stop();
      await rm(dataDir, { recursive: true, force: true });
    });
    const [session] = (await show(after)).items;
    assert.deepEqual([session?.outcome, session?.endedAt !== null], ['interrupted', true]);
  },
);

type Begun = Awaited<ReturnType<typeof begin>>;

/** All ask until they are told to join. */
async function joinAll({ agents, manifest }: Scene, { orders }: Begun): Promise<MulticastTerms[]> {
  const ask = (index: number) =>
    askMulticast(agents[index] as BareAgent, orders[index] as RunOrder, manifest.contentId);
  const answers: MulticastAnswer[] = [];
  for (const index of agents.keys()) answers.push(await ask(index));
  assert.deepEqual(
    answers.map(({ kind }) => kind),
    ['wait', 'wait', 'join'],
  );
  for (const index of [0, 1]) answers[index] = await ask(index);
  return answers as MulticastTerms[];
}

onBothEngines(
  'BSRV-08, BSCN-25: machines of a wave get one stream with fresh keys, and the runs say so',
  async (t, under) => {
    const all = await scene(t, under);
    const { server, agents, manifest, log } = all;
    const begun = await begin(all);
    assert.deepEqual(
      begun.orders.map(({ multicast }) => multicast),
      [true, true, true],
    );
    const terms = await joinAll(all, begun);
    assert.deepEqual(terms.map(({ member }) => member).sort(), [1, 2, 3]);
    assert.equal(new Set(terms.map(({ memberKey }) => memberKey)).size, 3);
    const parts = await Promise.all(terms.map((one) => takePart(manifest, one)));
    for (const { outcome, chunks } of parts) {
      assert.equal(outcome.kind, 'complete');
      for (const { sha256 } of manifest.files.flatMap((file) => file.chunks))
        assert.equal(
          createHash('sha256')
            .update(chunks.get(sha256) ?? '')
            .digest('hex'),
          sha256,
        );
    }
    await until('the session has ended', async () =>
      (await show(server)).items.every(({ endedAt }) => endedAt !== null),
    );
    // One whose port another program of this machine had is listed as failed beside it.
    const session = (await show(server)).items.find(({ outcome }) => outcome !== 'failed');
    assert.deepEqual(
      [session?.outcome, session?.members.map(({ machineName, state }) => `${machineName} ${state}`)],
      ['ended', ['ash complete', 'birch complete', 'cedar complete']],
    );
    const onWire = (session?.datagrams ?? 0) * 1472;
    assert.ok(onWire < manifest.totalBytes * 1.5, `${onWire} bytes for three machines`);
    for (const [index, agent] of agents.entries()) {
      const delivery = { multicastBytes: manifest.totalBytes, unicastBytes: 0, reason: null };
      await report(server, agent, runReport(begun.orders[index] as RunOrder, 'delivered', { delivery }));
    }
    assert.deepEqual(await codesOf(server, begun.id), Array(3).fill('multicast multicast-group'));
    const { items } = await server.call(listStatusMessages, { query: {} });
    assert.ok(items.some(({ code }) => code === 'multicast-session-ended'));
    const secrets = terms.flatMap(({ groupKey, memberKey }) => [groupKey, memberKey]);
    const rows = JSON.stringify(await server.kernel.db.read.all('SELECT * FROM multicast_sessions'));
    for (const secret of secrets) assert.ok(![...log, rows].some((text) => text.includes(secret)));
  },
);

onBothEngines(
  'BSCN-29: who leaves for its disk is told of as a straggler; who leaves because its run was cancelled is not',
  async (t, under) => {
    const all = await scene(t, under);
    const { server, manifest } = all;
    const [ash, birch, cedar] = (await joinAll(all, await begin(all))) as [
      MulticastTerms,
      MulticastTerms,
      MulticastTerms,
    ];
    const accept = () => Promise.reject(new Error('ENOSPC'));
    await Promise.all([
      assert.rejects(takePart(manifest, ash, { signal: AbortSignal.abort() }), { name: 'AbortError' }),
      assert.rejects(takePart(manifest, birch, { accept }), /ENOSPC/),
      takePart(manifest, cedar),
    ]);
    const session = await until('the session has ended', async () =>
      (await show(server)).items.find(({ outcome }) => outcome === 'ended'),
    );
    assert.deepEqual(
      session.members.map(({ machineName, state, cause }) => [machineName, state, cause]),
      [
        ['ash', 'left', 'cancelled'],
        ['birch', 'left', 'disk'],
        ['cedar', 'complete', null],
      ],
    );
    const { items } = await server.call(listStatusMessages, { query: {} });
    const stragglers = items.filter(({ code }) => code === 'multicast-straggler');
    assert.deepEqual(
      stragglers.map(({ params }) => params.cause),
      ['disk'],
    );
  },
);

onBothEngines(
  'BSCN-27, BSCN-28: an address that a running session has is refused to the next, and those machines go by unicast',
  async (t, under) => {
    const all = await scene(t, under);
    const { server, agents, manifest } = all;
    const first = await joinAll(all, await begin(all));
    const same = { ...three, address: first[0]?.group ?? '' };
    // The machines give up the first run, so that the next ones may begin.
    for (const agent of agents)
      for (const order of await openRuns(agent))
        await report(server, agent, runReport(order, 'finished', { succeeded: false, verified: [] }));
    const used = await begin(all, same);
    const asked = await Promise.all(
      agents.map((agent, index) => askMulticast(agent, used.orders[index] as RunOrder, manifest.contentId)),
    );
    assert.ok(
      asked.some((answer) => answer.kind === 'unicast' && answer.reason.code === 'unicast-address-used'),
      JSON.stringify(asked),
    );
  },
);

onBothEngines(
  'BSCN-29, BSRV-24: who cannot be reached by multicast is told to go by unicast, and the run says why',
  async (t, under) => {
    const all = await scene(t, under);
    const { server, agents, manifest, clock } = all;
    const { orders, id } = await begin(all);
    const [ash, birch, cedar] = agents as [BareAgent, BareAgent, BareAgent];
    const [ofAsh, ofBirch, ofCedar] = orders as [RunOrder, RunOrder, RunOrder];
    const { contentId } = manifest;
    const code = (answer: MulticastAnswer) => (answer.kind === 'unicast' ? answer.reason.code : answer.kind);
    const far = await askMulticast(cedar, ofCedar, contentId, ['10.9.8.7/24']);
    assert.equal(code(far), 'unicast-other-network');
    assert.equal(code(await askMulticast(ash, ofBirch, contentId)), 'unicast-no-multicast', "another's run");
    assert.equal(
      code(await askMulticast(ash, ofAsh, 'f'.repeat(64))),
      'unicast-no-multicast',
      'other content',
    );
    assert.equal(code(await askMulticast(ash, ofAsh, contentId)), 'wait');
    clock.advance(4000);
    assert.equal(code(await askMulticast(ash, ofAsh, contentId)), 'wait');
    clock.advance(4000);
    assert.equal(code(await askMulticast(ash, ofAsh, contentId)), 'wait');
    clock.advance(4000);
    assert.equal(code(await askMulticast(ash, ofAsh, contentId)), 'unicast-nobody-else');
    const reason = { code: 'unicast-left-session', params: { cause: 'disk' } };
    const [some, none] = [
      { multicastBytes: 5, unicastBytes: 4, reason },
      {
        multicastBytes: 0,
        unicastBytes: 9,
        reason: { code: 'unicast-other-network', params: { network: 'x' } },
      },
    ];
    await report(server, ash, runReport(ofAsh, 'delivered'));
    await report(server, birch, runReport(ofBirch, 'delivered', { delivery: some }));
    await report(server, cedar, runReport(ofCedar, 'delivered', { delivery: none }));
    assert.deepEqual((await codesOf(server, id)).sort(), [
      'multicast multicast-and-unicast',
      'unicast unicast-agent-cannot',
      'unicast unicast-other-network',
    ]);
  },
);

onBothEngines(
  'BSRV-12: where the site cannot send, or is told not to, orders say unicast and why; settings are checked',
  async (t, under) => {
    const all = await scene(t, under);
    const { server, agents } = all;
    const change = async (body: Parameters<typeof server.call<typeof changeSiteSettings>>[1] & object) => {
      await server.call(changeSiteSettings, body);
      await server.kernel.events.idle();
    };
    await change({ body: { multicastInterface: '192.0.2.77' } });
    const unfit = await begin(all);
    assert.equal(unfit.orders[0]?.multicast, undefined);
    assert.deepEqual(await codesOf(server, unfit.id), Array(3).fill('unicast unicast-multicast-unfit'));
    const shown = await show(server);
    assert.deepEqual(
      [shown.interface, shown.refusal?.params],
      [null, { problem: 'no-such-address', detail: '192.0.2.77' }],
    );
    for (const agent of agents)
      for (const order of await openRuns(agent))
        await report(server, agent, runReport(order, 'finished', { succeeded: false, verified: [] }));
    await change({ body: { multicast: false } });
    for (const agent of agents) await report(server, agent, aHeartbeat());
    const off = await begin(all);
    assert.deepEqual(await codesOf(server, off.id), Array(3).fill('unicast unicast-no-multicast'));
    for (const body of [
      { multicastFirst: '239.1.1.9', multicastLast: '239.1.1.1' },
      { multicastFirst: '10.0.0.1' },
      { multicastTtl: 0 },
      { multicastFirstPort: 80 },
    ])
      await assert.rejects(server.call(changeSiteSettings, { body }), { status: 422 }, JSON.stringify(body));
  },
);
