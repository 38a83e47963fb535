import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firewallCheckTimer, firewallCheckUnit, serverUnit } from './units.ts';

/** The values of a key of a unit, as systemd reads them: words, of each line of that key. */
const valuesOf = (unit: string, key: string) =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].flatMap(([, value = '']) => value.split(' '));

test('BSRV-21: the look at the firewall waits until the start of the server has opened the ports', () => {
  assert.ok(valuesOf(serverUnit, 'Wants').includes('tenkai-firewall-check.timer'));
  assert.match(serverUnit, /^ExecStartPre=.*firewall open --automatic$/m, 'opened by the start itself');
  assert.ok(valuesOf(firewallCheckUnit, 'After').includes('tenkai-server.service'));
  assert.deepEqual(valuesOf(firewallCheckTimer, 'PartOf'), ['tenkai-server.service']);
});
