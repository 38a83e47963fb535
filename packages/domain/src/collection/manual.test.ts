import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { attributes } from './attribute.ts';
import { parseRule } from './parse.ts';

const manual = readFileSync(new URL('../../../../docs/queries.md', import.meta.url), 'utf8');

test('the manual names every attribute, and its examples can be read', () => {
  for (const [name, { isKeyed }] of Object.entries(attributes)) {
    const [base, field] = name.split('.');
    const written = isKeyed ? `\`${base}["NAME"]${field ? `.${field}` : ''}` : `\`${name}\``;
    assert.ok(manual.includes(written), written);
  }
  const examples = /```\n([^`]+)```/.exec(manual)?.[1]?.trim().split('\n') ?? [];
  assert.ok(examples.length > 3);
  for (const example of examples) parseRule(example);
});
