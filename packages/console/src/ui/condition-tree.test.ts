import assert from 'node:assert/strict';
import { it } from 'node:test';
import { asGroup, type ConditionTree, withParts } from './condition-tree.ts';

interface Leaf {
  kind: 'leaf';
  name: string;
}
const leaf: Leaf = { kind: 'leaf', name: 'a' };
const other: Leaf = { kind: 'leaf', name: 'b' };

it('every group of the editor is one condition, and is shown as the same group again', () => {
  for (const kind of ['all', 'any', 'none'] as const) {
    for (const parts of [[leaf], [leaf, other]]) {
      assert.deepEqual(asGroup(withParts<Leaf>(kind, parts)), { kind, parts });
    }
  }
});

it('a negated question is shown as a group of one, and a single question as none', () => {
  const negated: ConditionTree<Leaf> = { kind: 'not', of: leaf };
  assert.deepEqual(asGroup(negated), { kind: 'none', parts: [leaf] });
  assert.equal(asGroup<Leaf>(leaf), undefined);
});
