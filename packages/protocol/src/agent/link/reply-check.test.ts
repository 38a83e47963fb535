import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Type from 'typebox';
import { isReply } from './reply-check.ts';

test('an answer is judged the same the first time and the hundredth, also with fields of a newer site', () => {
  const schema = Type.Object({
    acknowledged: Type.Integer({ minimum: 0 }),
    name: Type.Optional(Type.String()),
  });
  for (let asked = 0; asked < 100; asked += 1) {
    assert.ok(isReply(schema, { acknowledged: asked, newer: true }), `taken, ${asked}`);
    for (const wrong of [null, '', {}, { acknowledged: -1 }, { acknowledged: 1, name: 2 }])
      assert.equal(isReply(schema, wrong), false, `refused, ${asked}`);
  }
});
