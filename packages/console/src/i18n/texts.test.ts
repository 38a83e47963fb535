import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { attributes } from '@tenkai/domain/collection/attribute.ts';
import { texts as en } from './en/index.ts';
import { texts as ja } from './ja/index.ts';

type Tree = { readonly [key: string]: string | Tree };

/** Every text by its whole key; the plural forms of one text are one. */
function flat(tree: Tree, prefix = ''): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [key, value] of Object.entries(tree)) {
    const whole = `${prefix}${key.replace(/_(one|other)$/, '')}`;
    if (typeof value === 'string') found.set(whole, [...(found.get(whole) ?? []), value]);
    else for (const [inner, texts] of flat(value, `${whole}.`)) found.set(inner, texts);
  }
  return found;
}

/** What they count is never one. */
const alwaysMany = new Set([
  'session.passwordRule',
  'machines.clearErrorsText',
  'schedule.every.day_other',
  'schedule.every.week_other',
  'schedule.every.month_other',
]);

const english = flat(en as unknown as Tree);
const japanese = flat(ja as unknown as Tree);
const placeholders = (texts: readonly string[]) =>
  [...new Set(texts.flatMap((text) => [...text.matchAll(/\{(\w+)/g)].map(([, name]) => name)))].sort();

describe('BCON-21: the texts of the console', () => {
  it('are the same in English and Japanese, key by key', () => {
    assert.deepEqual([...japanese.keys()].sort(), [...english.keys()].sort());
    assert.ok(english.size > 900, `only ${english.size} texts`);
  });

  it('are not empty, and not left in English', () => {
    for (const [key, [text = '']] of japanese) {
      assert.notEqual(text.trim(), '', key);
      const isSame = english.get(key)?.includes(text);
      // Units, product names and patterns of placeholders alone are the same everywhere.
      const isName = text.replace(/\{[^}]*\}/g, '').length < 12;
      assert.ok(!isSame || isName, `${key} is not translated: ${text}`);
    }
  });

  it('say one machine and two machines in English', () => {
    const singular = new Set<string>();
    const counted: string[] = [];
    const walk = (tree: Tree, prefix: string) => {
      for (const [key, value] of Object.entries(tree)) {
        if (typeof value !== 'string') walk(value, `${prefix}${key}.`);
        else if (key.endsWith('_one')) singular.add(`${prefix}${key.slice(0, -4)}`);
        else if (/\{(count|total|machines)(, number)?\} [a-z]+s\b/.test(value))
          counted.push(`${prefix}${key}`);
      }
    };
    const { failures: _sentences, reasons: _of, statusMessages: _theSite, ...own } = en;
    walk(own as unknown as Tree, '');
    assert.ok(counted.length > 20, `only ${counted.length} texts that count`);
    const without = counted.filter(
      (key) => !singular.has(key.replace(/_other$/, '')) && !alwaysMany.has(key),
    );
    assert.deepEqual(without, []);
  });

  it('have the same placeholders in both languages', () => {
    for (const [key, texts] of english) {
      const other = placeholders(japanese.get(key) ?? []);
      // A language may leave a value out that its sentence does not need, but never have one that is not given.
      assert.deepEqual(
        other.filter((name) => !placeholders(texts).includes(name)),
        [],
        key,
      );
    }
  });

  it('name every attribute that a query may ask about', () => {
    for (const name of Object.keys(attributes)) {
      assert.ok(english.has(`attributes.${name.replaceAll('.', '_')}`), name);
    }
  });

  it("use the field names of the old product's screens", () => {
    const texts = new Set([...japanese.values()].flat());
    const names = [
      '基本',
      '実行設定',
      '対応OSと言語',
      '依存情報',
      'パッケージID',
      '会社名',
      'パッケージ概要',
    ];
    const more = [
      '緊急度',
      '最高',
      '高',
      '一般',
      '低',
      '追加されたフォルダ',
      '実行ファイル',
      'セットアップパラメータ',
    ];
    const again = [
      'インストール後再起動が必要',
      '単独適用が必要',
      'ベースとなるサービスパック',
      '吸収されるサービスパック',
    ];
    const last = [
      'シナリオ追加',
      'エラー解除',
      'シナリオ名',
      'オプション',
      'マシンのプロパティ',
      '詳細設定',
      'ネットワーク',
    ];
    for (const name of [...names, ...more, ...again, ...last]) assert.ok(texts.has(name), name);
  });
});

describe('every key that the source asks for', () => {
  it('has a text', async () => {
    const src = join(import.meta.dirname, '..');
    const missing: string[] = [];
    for (const entry of await readdir(src, { recursive: true, withFileTypes: true })) {
      if (!/\.tsx?$/.test(entry.name) || entry.name.endsWith('.test.ts')) continue;
      const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
      for (const [, key = ''] of text.matchAll(/\bt\('([\w.-]+)'/g)) {
        if (!english.has(key)) missing.push(`${entry.name}: ${key}`);
      }
    }
    assert.deepEqual(missing, []);
  });
});
