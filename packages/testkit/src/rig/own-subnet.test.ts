import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownSubnet } from './own-subnet.ts';

test('test processes have addresses of their own, within the range for measurements', () => {
  assert.deepEqual(ownSubnet(0), { near: '198.18.0.1', far: '198.18.0.2' });
  assert.deepEqual(ownSubnet(32_767), { near: '198.19.255.253', far: '198.19.255.254' });
  const all = Array.from({ length: 2 ** 15 }, (_, index) => ownSubnet(4_194_000 + index).near);
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.every((address) => /^198\.1[89]\.\d{1,3}\.\d{1,3}$/.test(address)));
});
