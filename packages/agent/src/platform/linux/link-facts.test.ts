import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { linkFactsOf } from './link-facts.ts';

/** As a laptop, a desktop and a server without a battery show them. */
const rows: [name: string, files: Record<string, string>, expected: ReturnType<typeof linkFactsOf>][] = [
  [
    'a laptop on its battery, by cable',
    {
      'power_supply/AC/type': 'Mains',
      'power_supply/AC/online': '0',
      'power_supply/BAT0/type': 'Battery',
      'power_supply/BAT0/capacity': '43',
      'power_supply/hidpp_battery_0/type': 'Battery',
      'power_supply/hidpp_battery_0/scope': 'Device',
      'power_supply/hidpp_battery_0/capacity': '90',
      'net/eth0/speed': '1000',
    },
    { batteryPercent: 43, linkMbits: 1000, isWireless: false },
  ],
  [
    'a laptop on mains, by radio',
    {
      'power_supply/AC/type': 'Mains',
      'power_supply/AC/online': '1',
      'power_supply/BAT0/type': 'Battery',
      'power_supply/BAT0/capacity': '43',
      'net/eth0/phy80211/name': 'phy0',
    },
    { batteryPercent: null, linkMbits: 0, isWireless: true },
  ],
  [
    'a server whose card has no carrier',
    { 'net/eth0/speed': '-1' },
    { batteryPercent: null, linkMbits: 0, isWireless: false },
  ],
  ['nothing is known', {}, { batteryPercent: null, linkMbits: 0, isWireless: false }],
];

describe('power and card from sysfs', () => {
  for (const [name, files, expected] of rows)
    test(name, (t) => {
      const classes = mkdtempSync(join(tmpdir(), 'tenkai-sysfs-'));
      t.after(() => rmSync(classes, { recursive: true, force: true }));
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(classes, path)), { recursive: true });
        writeFileSync(join(classes, path), `${text}\n`);
      }
      assert.deepEqual(linkFactsOf(classes, 'eth0'), expected);
    });
});
