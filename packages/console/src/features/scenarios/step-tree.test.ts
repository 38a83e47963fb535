import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StepNode } from '@tenkai/domain/scenario/scenario.ts';
import { dropped, findStep, insertedAfter, linesOf, moved, withoutStep, withStep } from './step-tree.ts';

const wait = (id: string): StepNode => ({ kind: 'wait', id, name: id, seconds: 1 });
const group = (id: string, ...steps: StepNode[]): StepNode => ({ kind: 'group', id, name: id, steps });

/** The tree as text: `a g(b c) d`. */
function text(nodes: readonly StepNode[]): string {
  return nodes.map((node) => (node.kind === 'group' ? `${node.id}(${text(node.steps)})` : node.id)).join(' ');
}

const tree = [wait('a'), group('g', wait('b'), group('h', wait('c'))), wait('d')];

describe('the tree of steps', () => {
  it('numbers steps as people call them', () => {
    assert.deepEqual(
      linesOf(tree).map(({ number, node, depth }) => `${number} ${node.id} ${depth}`),
      ['1 a 0', '2 g 0', '2.1 b 1', '2.2 h 1', '2.2.1 c 2', '3 d 0'],
    );
  });

  it('moves steps up, down, into and out of groups, and leaves them where they cannot go', () => {
    assert.equal(text(moved(tree, 'd', 'up')), 'a d g(b h(c))');
    assert.equal(text(moved(tree, 'a', 'up')), text(tree));
    assert.equal(text(moved(tree, 'd', 'down')), text(tree));
    assert.equal(text(moved(tree, 'd', 'in')), 'a g(b h(c) d)');
    assert.equal(text(moved(tree, 'a', 'in')), text(tree));
    assert.equal(text(moved(tree, 'c', 'out')), 'a g(b h() c) d');
    assert.equal(text(moved(tree, 'a', 'out')), text(tree));
    assert.equal(text(moved(tree, 'b', 'down')), 'a g(h(c) b) d');
  });

  it('drops a step before, behind or into another one, never a group into itself', () => {
    assert.equal(text(dropped(tree, 'd', 'a', 'before')), 'd a g(b h(c))');
    assert.equal(text(dropped(tree, 'a', 'c', 'after')), 'g(b h(c a)) d');
    assert.equal(text(dropped(tree, 'a', 'g', 'inside')), 'g(b h(c) a) d');
    assert.equal(text(dropped(tree, 'g', 'c', 'after')), text(tree));
    assert.equal(text(dropped(tree, 'a', 'a', 'after')), text(tree));
  });

  it('finds, replaces, inserts and removes at any depth', () => {
    assert.equal(findStep(tree, 'c')?.id, 'c');
    assert.equal(findStep(withStep(tree, { ...wait('c'), name: 'new' }), 'c')?.name, 'new');
    assert.equal(text(insertedAfter(tree, 'c', wait('x'))), 'a g(b h(c x)) d');
    assert.equal(text(insertedAfter(tree, undefined, wait('x'))), 'a g(b h(c)) d x');
    assert.equal(text(withoutStep(tree, 'h')), 'a g(b) d');
  });
});
