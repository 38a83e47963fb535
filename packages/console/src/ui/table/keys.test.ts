import assert from 'node:assert/strict';
import { it } from 'node:test';
import { moveFor } from './keys.ts';

const at = (active: number) => ({ active, count: 100, page: 20 });

it('keys move between rows and stop at the ends', () => {
  assert.equal(moveFor('ArrowDown', at(5)), 6);
  assert.equal(moveFor('ArrowDown', at(99)), 99);
  assert.equal(moveFor('ArrowUp', at(0)), 0);
  assert.equal(moveFor('PageDown', at(90)), 99);
  assert.equal(moveFor('PageUp', at(30)), 10);
  assert.equal(moveFor('Home', at(50)), 0);
  assert.equal(moveFor('End', at(50)), 99);
  assert.equal(moveFor('ArrowDown', { active: 0, count: 0, page: 20 }), 0);
});

it('keys open and choose rows, and leave others to the browser', () => {
  assert.equal(moveFor('Enter', at(5)), 'open');
  assert.equal(moveFor(' ', at(5)), 'toggle');
  assert.equal(moveFor('Tab', at(5)), undefined);
});
