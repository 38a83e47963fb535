import assert from 'node:assert/strict';
import { it } from 'node:test';
import { powerEffect } from './power-effects.ts';

const on = { powerState: 'on', isOnline: true } as const;
const off = { powerState: 'off', isOnline: false } as const;
const starting = { powerState: 'booting', isOnline: false } as const;

it('says for each state of a machine what a power command will do', () => {
  assert.equal(powerEffect('shut-down', on), 'now');
  assert.equal(powerEffect('shut-down', off), 'nothing');
  assert.equal(powerEffect('wake', on), 'nothing');
  assert.equal(powerEffect('wake', { powerState: 'on', isOnline: false }), 'nothing');
  assert.equal(powerEffect('wake', off), 'sent');
  assert.equal(powerEffect('query', off), 'asked');
});

it('a command to a machine that is starting is held, not lost', () => {
  assert.equal(powerEffect('shut-down', starting), 'held');
  assert.equal(powerEffect('restart', starting), 'held');
});
