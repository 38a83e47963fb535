import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboundStateOf } from './inbound-state.ts';

test('BFWL-28, BAGT-21: a machine is blocked as soon as its firewall lacks one rule, and open where it lacks none or nothing guards it', () => {
  const rule = { rule: 'Tenkai(agent ICMPv4:10.0.0.1)', firewall: 'windows', where: 'public', remedy: 'x' };
  assert.equal(inboundStateOf({ active: ['windows'], missing: [rule] }), 'blocked');
  assert.equal(inboundStateOf({ active: ['windows'], missing: [] }), 'open');
  assert.equal(inboundStateOf({ active: [], missing: [] }), 'open');
  assert.equal(inboundStateOf(undefined), 'unknown');
});
