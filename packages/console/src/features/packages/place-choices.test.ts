import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeChoices } from './place-choices.ts';

test('DIST-07: every point that does not take all packages is a choice, the server itself too', () => {
  const points = [
    { id: 'site', isBuiltIn: true, takesAll: false },
    { id: 'branch', isBuiltIn: false, takesAll: false },
    { id: 'mirror', isBuiltIn: false, takesAll: true },
  ];
  const ids = (of: typeof points) => placeChoices(of).map(({ id }) => id);
  assert.deepEqual(ids(points), ['site', 'branch']);
  assert.deepEqual(ids([{ id: 'site', isBuiltIn: true, takesAll: true }]), []);
});
