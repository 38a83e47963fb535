import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { magicPacket } from './magic-packet.ts';
import { againAfterMs, wakeAgain } from './wake-again.ts';
import { directedBroadcast, planWake } from './wake-targets.ts';

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

test('BPWR-06: a magic packet is six times FF and sixteen times the address', () => {
  const expected = 'ff'.repeat(6) + '525400abcdef'.repeat(16);
  for (const mac of ['52:54:00:ab:cd:ef', '52-54-00-AB-CD-EF', '525400abcdef'])
    assert.equal(hex(magicPacket(mac)), expected, mac);
  for (const mac of [
    '',
    '52:54:00:ab:cd',
    '52:54:00:ab:cd:eg',
    '52:54-00:ab:cd:ef',
    '00:00:00:00:00:00',
    'ff:ff:ff:ff:ff:ff',
    '01:00:5e:00:00:01',
    '52:54:00:ab:cd:ef:01',
  ])
    assert.equal(magicPacket(mac), undefined, mac);
});

test('BPWR-06: packets go to the directed broadcast of each subnet and to the segment', () => {
  const cases: [string, number, string | undefined][] = [
    ['10.1.2.3', 24, '10.1.2.255'],
    ['10.1.2.3', 8, '10.255.255.255'],
    ['192.168.130.7', 17, '192.168.255.255'],
    ['192.168.1.6', 30, '192.168.1.7'],
    ['192.168.1.6', 31, undefined],
    ['192.168.1.6', 32, undefined],
    ['10.1.2.3', 0, undefined],
    ['10.1.2', 24, undefined],
  ];
  for (const [address, prefix, broadcast] of cases)
    assert.equal(directedBroadcast(address, prefix), broadcast, `${address}/${prefix}`);
  const ipv4 = (address: string) => ({ address, prefix: 24, family: 'ipv4' as const });
  const plan = planWake({
    hostname: 'x',
    interfaces: [
      {
        name: 'a',
        mac: '52:54:00:00:00:01',
        addresses: [ipv4('10.1.2.3'), { address: 'fd00::1', prefix: 64, family: 'ipv6' }],
        isUp: true,
      },
      { name: 'b', mac: '52:54:00:00:00:02', addresses: [ipv4('10.1.2.4')], isUp: false },
      { name: 'tun', mac: '', addresses: [ipv4('10.9.9.1')], isUp: true },
    ],
  });
  assert.deepEqual(plan.addresses, ['10.1.2.255', '10.9.9.255', '255.255.255.255']);
  assert.deepEqual(
    plan.packets.map((packet) => hex(packet).slice(12, 24)),
    ['525400000001', '525400000002'],
  );
});

test('BPWR-06: waking a machine that is off puts the real datagram on the wire, and tells its history', async (t) => {
  const server = await startTestServer();
  atEnd(t, () => server.stop());
  const receiver = createSocket({ type: 'udp4', reuseAddr: true });
  receiver.bind(0, '0.0.0.0');
  await once(receiver, 'listening');
  atEnd(t, () => receiver.close());
  await server.call(changeSiteSettings, { body: { wakePort: receiver.address().port } });
  await server.kernel.events.idle();
  const agent = await enrolledAgent(server);
  const inventory = anInventory();
  const addresses = [{ address: '127.0.0.1', prefix: 8, family: 'ipv4' as const }];
  inventory.network.interfaces = [{ name: 'eth0', mac: '52:54:00:ab:cd:ef', addresses, isUp: true }];
  await agent.report(aHeartbeat(), aWholeInventory(inventory), aHeartbeat({ state: 'shutting-down' }));

  const datagram = once(receiver, 'message');
  const body = { machineIds: [agent.machineId], action: 'wake' as const };
  const { results } = await server.call(machineRoutes.power, { body });
  assert.deepEqual(results, [{ machineId: agent.machineId, accepted: true, code: null }]);
  const [message] = await datagram;
  assert.equal(message.toString('hex'), 'ff'.repeat(6) + '525400abcdef'.repeat(16));
  const { items } = await server.call(machineRoutes.timeline, { params: { id: agent.machineId } });
  assert.equal(items[0]?.code, 'machine.wake-sent');
  await server.app.machines.wake(agent.machineId);
});

test('BPWR-06: packets are repeated for a machine that does not come back, and for no other', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const plan = { packets: [new Uint8Array(102)], addresses: ['127.255.255.255'] };
  const online = new Set<string>();
  const sent: string[] = [];
  const plans = new Map([
    ['stays-off', { ...plan, addresses: ['off'] }],
    ['comes-back', { ...plan, addresses: ['back'] }],
  ]);
  const sendWake = async ({ addresses }: { addresses: readonly string[] }) => {
    sent.push(...addresses);
    return [...addresses];
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  wakeAgain({ isOnline: (id) => online.has(id), sendWake }, plans, 9);
  t.mock.timers.tick(againAfterMs[0] ?? 0);
  await settled();
  assert.deepEqual(sent, ['off', 'back']);
  online.add('comes-back');
  t.mock.timers.tick(againAfterMs.at(-1) ?? 0);
  await settled();
  assert.deepEqual(sent, ['off', 'back', 'off', 'off']);
});

test('a machine without a known network card cannot be woken, and says so', async (t) => {
  const server = await startTestServer();
  atEnd(t, () => server.stop());
  const agent = await enrolledAgent(server);
  await assert.rejects(server.app.machines.wake(agent.machineId), { code: 'machine-has-no-mac' });
});
