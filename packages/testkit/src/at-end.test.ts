import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atEnd } from './at-end.ts';

test('what was begun last ends first, and one that fails keeps no other from its end', async () => {
  const hooks: (() => unknown)[] = [];
  const t = { after: (hook: () => unknown) => void hooks.push(hook) } as never;
  const done: string[] = [];
  atEnd(t, () => done.push('folder'));
  atEnd(t, () => {
    done.push('server');
    throw new Error('the server did not stop');
  });
  atEnd(t, async () => done.push('client'));
  assert.equal(hooks.length, 1);
  await assert.rejects(async () => hooks[0]?.(), /did not stop/);
  assert.deepEqual(done, ['client', 'server', 'folder']);
});
