import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withMachines } from './direct-members.ts';

const query = { kind: 'query', name: 'q', query: 'os.id = debian' } as const;

it('machines are named once, in one rule, beside the other rules', () => {
  const rules = withMachines([{ kind: 'direct', machineIds: ['a'] }, query], ['a', 'b']);
  assert.deepEqual(rules, [{ kind: 'direct', machineIds: ['a', 'b'] }, query]);
});
