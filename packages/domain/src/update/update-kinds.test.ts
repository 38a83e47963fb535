import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PackageType } from '../software/software-package.ts';
import { updateKinds } from './update-kinds.ts';

test('HOTFIX-28: the glossary of update kinds is there in both languages, and the page has every kind', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../../docs/update-kinds.md'), 'utf8');
  const types: readonly string[] = PackageType.anyOf.map((one) => one.const);
  for (const { key, en, ja, packageType } of updateKinds) {
    assert.ok(types.includes(packageType), key);
    assert.match(ja.text, /[ぁ-ん]/, `${key} has a Japanese text`);
    assert.ok(
      page.includes(`| ${en.name} | ${ja.name} | ${en.text} | \`${packageType}\` |`),
      `the page tells of ${key}`,
    );
  }
  for (const article of ['824684', '907423', '974571', 'MS09-056'])
    assert.ok(page.includes(article), article);
  assert.equal(new Set(updateKinds.map(({ key }) => key)).size, updateKinds.length);
});
