import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TimingDraft } from '@tenkai/domain/scenario/run-settings.ts';
import { newPlan, toDraft, withTiming } from './new-deployment.ts';

const complete = {
  ...newPlan,
  subject: { kind: 'scenario', scenarioId: 's' },
  collectionId: 'all',
} as const;

describe('timing of a new deployment', () => {
  it('says nothing of what the scenario decides', () => {
    const draft = toDraft(complete, 'name');
    assert.ok(draft);
    for (const field of ['timing', 'restartAfter', 'restartAtStart', 'powerOffAtEnd'])
      assert.equal(field in draft, false, field);
  });

  it('BSCN-20: says what was chosen', () => {
    const timing: TimingDraft = {
      timing: 'at-next-start',
      powerOffAtEnd: 'after-update',
      restartAfter: false,
    };
    const { powerOffAtEnd, restartAfter, timing: chosen } = toDraft({ ...complete, timing }, 'name') ?? {};
    assert.deepEqual([chosen, powerOffAtEnd, restartAfter], ['at-next-start', 'after-update', false]);
  });

  it('BSCN-33: takes out what does not go with the timing', () => {
    const staged = withTiming({ restartAtStart: true }, 'timing', 'at-next-start');
    assert.deepEqual(staged, { timing: 'at-next-start' });
    const off = withTiming(staged, 'powerOffAtEnd', 'after-delivery');
    assert.deepEqual(off, { timing: 'at-next-start', powerOffAtEnd: 'after-delivery' });
    assert.deepEqual(withTiming(off, 'timing', 'after-delivery'), { timing: 'after-delivery' });
    assert.deepEqual(withTiming(off, 'powerOffAtEnd', undefined), { timing: 'at-next-start' });
  });
});
