import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  chooseMethod,
  type DeliverySettings,
  defaultDelivery,
  deliveryOf,
  deliveryProblem,
  deliveryWarnings,
  effectiveDelivery,
  type MethodQuestion,
  waitsForGroup,
} from './delivery.ts';

const full: DeliverySettings = { method: 'auto', maxTargets: 5, maxWaitMinutes: 10, address: '239.1.2.3' };

describe('delivery settings', () => {
  test('a draft that says nothing of delivery has the default, and waits for nobody (BSCN-11)', () => {
    assert.deepEqual(deliveryOf({}), defaultDelivery);
    assert.equal(waitsForGroup(effectiveDelivery(defaultDelivery)), false);
  });

  test('BSCN-12: unicast ignores number, wait and address, and names each with the reason', () => {
    const effective = effectiveDelivery({ ...full, method: 'unicast' });
    assert.deepEqual(
      [effective.maxTargets, effective.maxWaitMinutes, effective.address, waitsForGroup(effective)],
      [null, null, null, false],
    );
    assert.deepEqual(
      effective.ignored.map(({ field, reason }) => `${field} ${reason.code}`),
      ['maxTargets', 'maxWaitMinutes', 'address'].map((field) => `${field} ignored-with-unicast`),
    );
    assert.deepEqual(effectiveDelivery({ ...defaultDelivery, method: 'unicast' }).ignored, []);
  });

  test('multicast and auto ignore nothing', () => {
    for (const method of ['auto', 'multicast'] as const)
      assert.deepEqual(effectiveDelivery({ ...full, method }), { ...full, method, ignored: [] });
  });

  test('BSCN-14: a group over either limit is warned of with both numbers', () => {
    const found = deliveryWarnings(effectiveDelivery(full), { site: 3, deployment: 2 });
    assert.deepEqual(found, [
      { code: 'group-over-site-limit', params: { maxTargets: 5, limit: 3 } },
      { code: 'group-over-deployment-limit', params: { maxTargets: 5, limit: 2 } },
    ]);
    assert.deepEqual(deliveryWarnings(effectiveDelivery(full), { site: 5, deployment: 5 }), []);
    const endless = deliveryWarnings(effectiveDelivery({ ...full, maxWaitMinutes: null }), {
      site: 50,
      deployment: null,
    });
    assert.deepEqual(
      endless.map(({ code }) => code),
      ['group-without-longest-wait'],
    );
  });

  const addresses: [string, boolean][] = [
    ['239.1.2.3', true],
    ['224.0.1.1', true],
    ['239.255.255.255', true],
    ['224.0.0.251', false],
    ['192.168.0.1', false],
    ['240.0.0.1', false],
    ['239.1.2.256', false],
    ['239.1.2', false],
    ['239.1.2.3.4', false],
    ['all machines', false],
  ];
  for (const [address, isGood] of addresses) {
    test(`BSCN-27: ${address} ${isGood ? 'can' : 'cannot'} be an address`, () => {
      assert.equal(
        deliveryProblem({ ...full, address })?.code,
        isGood ? undefined : 'delivery-address-wrong',
      );
    });
  }
});

describe('how one machine gets its content', () => {
  const ask = (over: Partial<MethodQuestion>, method: DeliverySettings['method'] = 'auto') => {
    const choice = chooseMethod({
      delivery: effectiveDelivery({ ...full, method }),
      alone: null,
      isInWave: true,
      multicastRefusal: null,
      ...over,
    });
    return `${choice.method} ${choice.reason.code}`;
  };
  const refusal = { multicastRefusal: { code: 'unicast-no-multicast', params: {} } };
  const table: [string, string, string][] = [
    ['a group', ask({}), 'multicast multicast-group'],
    ['a group where the site cannot', ask(refusal), 'unicast unicast-no-multicast'],
    ['no group', ask({ isInWave: false }), 'unicast unicast-alone'],
    ['multicast by hand', ask({ isInWave: false }, 'multicast'), 'multicast multicast-chosen'],
    ['multicast by hand where the site cannot', ask(refusal, 'multicast'), 'unicast unicast-no-multicast'],
    ['unicast by hand', ask({}, 'unicast'), 'unicast unicast-chosen'],
    ['who left', ask({ alone: 'left-group' }), 'unicast unicast-left-group'],
    ['who was taken out', ask({ alone: 'went-unicast' }, 'multicast'), 'unicast unicast-went-unicast'],
  ];
  for (const [name, found, expected] of table) test(name, () => assert.equal(found, expected));
});
