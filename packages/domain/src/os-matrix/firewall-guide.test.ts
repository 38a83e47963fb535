import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firewallGuide } from './firewall-guide.ts';
import { systemRows } from './system-rows.ts';

test('BFWL-06: each system of the matrix has the instruction of its line', () => {
  const guides = new Map<string, Set<string>>();
  for (const row of systemRows) {
    const guide = firewallGuide(row);
    guides.set(guide, (guides.get(guide) ?? new Set()).add(row.family === 'linux' ? 'linux' : row.id));
  }
  const of = (guide: string) => [...(guides.get(guide) ?? [])].sort();
  assert.deepEqual(of('windows-xp'), ['windows-server-2003', 'windows-server-2003-r2', 'windows-xp']);
  assert.deepEqual(of('windows-vista'), ['windows-server-2008', 'windows-vista']);
  assert.deepEqual(of('linux'), ['linux']);
  assert.deepEqual(of('none'), ['windows-2000']);
  for (const id of ['windows-7', 'windows-8', 'windows-server-2008-r2', 'windows-server-2012', 'windows-11'])
    assert.ok(of('windows').includes(id), id);
});
