import assert from 'node:assert/strict';
import type { Reason } from '@tenkai/domain';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type {
  MulticastAnswer,
  MulticastAsk,
  MulticastTerms,
  RelayFacts,
  RelayReport,
  RelayTerms,
} from '@tenkai/protocol/agent/multicast.ts';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { multicastRoutes } from '@tenkai/protocol/api/multicast.ts';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import type { BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { report } from '@tenkai/testkit/deployed.ts';
import { askMulticast } from '@tenkai/testkit/multicast/member.ts';
import { begin, codesOf, type Scene, scene, show } from '@tenkai/testkit/multicast/scene.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { runReport } from '@tenkai/testkit/run-reports.ts';
import { memberKey } from '@tenkai/transfer/multicast/session.ts';

const GIB = 1024 ** 3;
const network = '10.9.8.0/24';
const [ash, birch, cedar] = [0, 1, 2] as const;

/** A machine behind the router of 10.9.8.0/24 that could be its representative. */
const facts = (index: number, over: Partial<RelayFacts> = {}): RelayFacts => ({
  ...{ address: `10.9.8.${index + 1}/24`, batteryPercent: null, freeBytes: 50 * GIB, linkMbits: 100 },
  ...{ isWireless: false, haveBytes: 0, ...over },
});

type More = Pick<MulticastAsk, 'after'> & { readonly relay?: Partial<RelayFacts> };

/** What the scene's machines ask and tell from there. */
async function subnetScene(all: Scene) {
  const { server, agents, manifest } = all;
  const { id, orders } = await begin(all);
  const agent = (index: number) => agents[index] as BareAgent;
  const order = (index: number) => orders[index] as RunOrder;
  return {
    ...{ id, orders },
    ask(index: number, { relay, ...more }: More = {}): Promise<MulticastAnswer> {
      const own = facts(index, relay);
      const addresses = [own.address, '172.17.0.1/16'];
      return askMulticast(agent(index), order(index), manifest.contentId, addresses, { relay: own, ...more });
    },
    tell: (index: number, session: number, over: Partial<RelayReport> = {}) =>
      agent(index).call('POST', agentPaths.relay, {
        ...{ session, fetchedBytes: 0, datagrams: 0, repairs: 0, bytesPerSecond: 0, members: [] },
        ...over,
      }) as Promise<{ isWanted: boolean }>,
    delivered: (index: number, delivery: NonNullable<Parameters<typeof runReport>[2]>['delivery']) =>
      report(server, agent(index), runReport(order(index), 'delivered', delivery && { delivery })),
  };
}
type SubnetScene = Awaited<ReturnType<typeof subnetScene>>;

const kindOf = (answer: MulticastAnswer) => (answer.kind === 'unicast' ? answer.reason.code : answer.kind);

/** All three have asked; birch, whose link is the fastest, is to represent. */
async function called({ ask }: SubnetScene) {
  const fast = { relay: { linkMbits: 1000 } };
  assert.equal(kindOf(await ask(ash)), 'wait');
  assert.equal(kindOf(await ask(birch, fast)), 'wait');
  const ofCedar = (await ask(cedar)) as MulticastTerms;
  const ofBirch = (await ask(birch, fast)) as RelayTerms;
  const ofAsh = (await ask(ash)) as MulticastTerms;
  assert.deepEqual([ofAsh, ofBirch, ofCedar].map(kindOf), ['join', 'represent', 'join']);
  return { ofAsh, ofBirch, ofCedar };
}

onBothEngines(
  'BSCN-26: of the machines behind a router the one with the best link fetches and sends to the others, and all say so',
  async (t, under) => {
    const all = await scene(t, under);
    const { server, log } = all;
    const far = await subnetScene(all);
    const { ofAsh, ofBirch, ofCedar } = await called(far);
    assert.deepEqual(
      [ofBirch.address, ofBirch.network, ofAsh.senderAddress],
      ['10.9.8.2', network, '10.9.8.2'],
    );
    assert.deepEqual(ofBirch.expected, [1, 2]);
    for (const terms of [ofAsh, ofCedar]) {
      const { session, group, port, senderPort, groupKey } = ofBirch;
      assert.deepEqual(
        [terms.session, terms.group, terms.port, terms.senderPort, terms.groupKey, terms.ttl],
        [session, group, port, senderPort, groupKey, 1],
      );
      const key = memberKey(Buffer.from(ofBirch.masterKey, 'base64'), terms.member);
      assert.equal(terms.memberKey, key.toString('base64'), 'the sender knows this member');
      assert.deepEqual(terms.representative, { machine: 'birch', network });
    }
    assert.notEqual(ofAsh.member, ofCedar.member);
    assert.deepEqual(await far.ask(birch), ofBirch, 'an answer that was lost is given again');
    const told = { fetchedBytes: 3_145_728, datagrams: 2200, repairs: 3, bytesPerSecond: 9 };
    const active = [ofAsh, ofCedar].map(({ member }) => ({ member, state: 'active' as const }));
    assert.deepEqual(await far.tell(ash, ofBirch.session, told), { isWanted: false }, 'not its session');
    assert.deepEqual(await far.tell(birch, ofBirch.session, { ...told, members: active }), {
      isWanted: true,
    });
    const [running] = (await show(server)).items;
    assert.deepEqual([running?.endedAt, running?.datagrams, running?.lineBytes], [null, 2200, 3_145_728]);
    const one = await server.call(multicastRoutes.getSession, { params: { id: running?.id ?? '' } });
    assert.deepEqual([one.id, one.bytesPerSecond, one.repairs, one.members.length], [running?.id, 9, 3, 2]);
    await assert.rejects(
      server.call(multicastRoutes.getSession, { params: { id: 'none' } }),
      refusedWith('not-found', 404),
    );
    const members = active.map(({ member }) => ({ member, state: 'complete' as const }));
    await far.tell(birch, ofBirch.session, { ...told, members, ended: { how: 'sent', detail: '' } });
    const [session] = (await show(server)).items;
    assert.deepEqual(
      [session?.outcome, session?.subnet, session?.representative, session?.interface, session?.lineBytes],
      [
        ...['ended', network],
        { machineId: all.agents[birch]?.machineId, machineName: 'birch', chosenBy: 'link' },
        ...['10.9.8.2', 3_145_728],
      ],
    );
    assert.deepEqual(
      session?.members.map(({ machineName, state }) => `${machineName} ${state}`),
      ['ash complete', 'cedar complete'],
    );
    const all3 = { multicastBytes: 9, unicastBytes: 0, reason: null };
    for (const index of [ash, cedar])
      await far.delivered(index, { ...all3, representative: { machine: 'birch', network } });
    const reason: Reason = { code: 'unicast-represents', params: { network, neighbours: 2 } };
    await far.delivered(birch, { multicastBytes: 0, unicastBytes: 9, reason });
    assert.deepEqual((await codesOf(server, far.id)).sort(), [
      'multicast multicast-subnet',
      'multicast multicast-subnet',
      'unicast unicast-represents',
    ]);
    const { items } = await server.call(listStatusMessages, { query: {} });
    const chosen = items.find(({ code }) => code === 'multicast-representative');
    assert.deepEqual([chosen?.machineId, chosen?.params.chosenBy], [all.agents[birch]?.machineId, 'link']);
    const secrets = [ofBirch.groupKey, ofBirch.masterKey, ofAsh.memberKey, ofCedar.memberKey];
    const rows = JSON.stringify(await server.kernel.db.read.all('SELECT * FROM multicast_sessions'));
    for (const secret of secrets) assert.ok(![...log, rows].some((text) => text.includes(secret)));
  },
);

onBothEngines(
  'a representative that is heard no more is replaced by who has most; it comes back as a member; twice is enough',
  async (t, under) => {
    const all = await scene(t, under);
    const { server, clock } = all;
    const far = await subnetScene(all);
    const { ofBirch, ofAsh } = await called(far);
    assert.deepEqual(await far.tell(birch, ofBirch.session), { isWanted: true });
    const after = ofBirch.session;
    clock.advance(7000);
    assert.equal(kindOf(await far.ask(ash, { after })), 'unicast-not-heard', 'the others may still hear it');
    assert.deepEqual(await far.tell(birch, after), { isWanted: true });
    clock.advance(9000);
    assert.equal(kindOf(await far.ask(cedar, { after, relay: { haveBytes: 1000 } })), 'wait');
    const second = (await far.ask(ash, { after, relay: { haveBytes: 5000 } })) as RelayTerms;
    assert.equal(second.kind, 'represent');
    assert.notEqual(second.session, ofBirch.session);
    assert.notEqual(second.groupKey, ofAsh.groupKey, 'keys are fresh');
    const ofCedar = (await far.ask(cedar, { after })) as MulticastTerms;
    assert.deepEqual([ofCedar.session, ofCedar.representative?.machine], [second.session, 'ash']);
    assert.deepEqual(await far.tell(birch, ofBirch.session), { isWanted: false });
    assert.equal(kindOf(await far.ask(birch)), 'join', 'it comes back');
    const sessions = (await show(server)).items;
    assert.deepEqual(
      sessions.map(({ outcome, representative }) => [
        outcome,
        representative?.machineName,
        representative?.chosenBy,
      ]),
      [
        [null, 'ash', 'content'],
        ['failed', 'birch', 'link'],
      ],
    );
    const { items } = await server.call(listStatusMessages, { query: {} });
    const lost = items.find(({ code }) => code === 'multicast-representative-lost');
    assert.deepEqual(
      [lost?.machineId, lost?.params],
      [all.agents[birch]?.machineId, { network, cause: 'silent' }],
    );
    // Who asks again after it has begun sends no more: that counts as a failure of ash.
    await far.tell(ash, second.session);
    assert.equal(kindOf(await far.ask(ash)), 'wait');
    assert.equal(kindOf(await far.ask(birch)), 'wait');
    assert.equal(kindOf(await far.ask(cedar)), 'represent', 'who has not failed yet');
  },
);

onBothEngines(
  'BSCN-26: by hand: who is named fetches for its subnet though another has more to say for it, who is forbidden never does',
  async (t, under) => {
    const all = await scene(t, under);
    const { server, agents } = all;
    const set = (index: number, rule: 'named' | 'forbidden' | 'automatic', as?: 'viewer') =>
      server.call(multicastRoutes.setRepresentative, {
        ...{ params: { id: agents[index]?.machineId ?? '' }, body: { rule } },
        ...(as && { as }),
      });
    const rules = async () => {
      const { items } = await server.call(multicastRoutes.listRepresentatives, { as: 'viewer' });
      return items.map(({ machineName, rule }) => `${machineName} ${rule}`);
    };
    await assert.rejects(set(cedar, 'named', 'viewer'), refusedWith('not-allowed', 403));
    await assert.rejects(
      server.call(multicastRoutes.setRepresentative, { params: { id: 'nobody' }, body: { rule: 'named' } }),
      refusedWith('not-found', 404),
    );
    await set(ash, 'named');
    await set(ash, 'automatic');
    await set(cedar, 'named');
    await set(birch, 'named');
    await set(birch, 'forbidden');
    assert.deepEqual(await rules(), ['birch forbidden', 'cedar named']);
    const far = await subnetScene(all);
    assert.equal(kindOf(await far.ask(ash, { relay: { haveBytes: 500 } })), 'wait');
    assert.equal(kindOf(await far.ask(birch, { relay: { linkMbits: 1000, haveBytes: 900 } })), 'wait');
    assert.equal(kindOf(await far.ask(cedar, { relay: { isWireless: true } })), 'represent');
    const [session] = (await show(server)).items;
    assert.deepEqual(
      [session?.representative?.machineName, session?.representative?.chosenBy],
      ['cedar', 'named'],
    );
    await server.call(machineRoutes.remove, { params: { id: agents[birch]?.machineId ?? '' } });
    assert.deepEqual(await rules(), ['cedar named'], 'forgotten with its machine');
  },
);

onBothEngines(
  'BSCN-29: alone in its subnet a machine goes by unicast with the reason, and nobody waits for it',
  async (t, under) => {
    const all = await scene(t, under);
    const { clock, agents, manifest } = all;
    const far = await subnetScene(all);
    assert.equal(kindOf(await far.ask(cedar)), 'wait', 'the others may be there, too');
    const near = (index: number) =>
      askMulticast(agents[index] as BareAgent, far.orders[index] as RunOrder, manifest.contentId);
    assert.equal(kindOf(await near(ash)), 'wait');
    assert.equal(kindOf(await near(birch)), 'join', 'the site waits for nobody of a subnet');
    clock.advance(2000);
    const alone = await far.ask(cedar);
    assert.deepEqual(alone.kind === 'unicast' && alone.reason, {
      code: 'unicast-alone-in-subnet',
      params: { network },
    });
  },
);

onBothEngines(
  'BSCN-29: where no machine of a subnet is fit to fetch for the others, each goes by unicast with the reason',
  async (t, under) => {
    const all = await scene(t, under);
    const { server } = all;
    const unfit = await subnetScene(all);
    const full = { relay: { freeBytes: GIB } };
    const answers = [await unfit.ask(ash, full), await unfit.ask(birch, { relay: { batteryPercent: 20 } })];
    assert.deepEqual(answers.map(kindOf), ['wait', 'wait']);
    const nobody = await unfit.ask(cedar, full);
    assert.deepEqual(nobody.kind === 'unicast' && nobody.reason, {
      code: 'unicast-no-representative',
      params: { network, problem: 'battery, disk' },
    });
    assert.equal(kindOf(await unfit.ask(ash, full)), 'unicast-no-representative');
    assert.deepEqual(
      (await show(server)).items.filter(({ subnet }) => subnet !== null),
      [],
    );
  },
);
