import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { texts as en } from '@tenkai/console/i18n/en/index.ts';
import { texts as ja } from '@tenkai/console/i18n/ja/index.ts';
import { allFailures } from '@tenkai/domain/failure.ts';
import { allReasons } from '@tenkai/domain/reason.ts';
import { allStatusMessages } from '@tenkai/domain/status-message.ts';

const packagesDir = join(import.meta.dirname, '../../..');
/** Rooms whose refusals, reasons and messages reach a browser; the CLI's and the agent's own stay on their machine. */
const rooms = ['domain', 'protocol', 'transfer', 'server'];

/** Fills the tables: each room adds its codes when it is loaded. */
before(async () => {
  for (const room of rooms) {
    for await (const path of glob('src/**/*.ts', { cwd: join(packagesDir, room) })) {
      if (path.endsWith('.test.ts')) continue;
      const file = join(packagesDir, room, path);
      if (/define(Failures|Reasons|StatusMessages)\(/.test(await readFile(file, 'utf8'))) await import(file);
    }
  }
});

describe('BCON-21: every code of the site has its sentence in the console', () => {
  for (const [language, texts] of [
    ['English', en],
    ['Japanese', ja],
  ] as const) {
    it(`refusals, in ${language}`, () => {
      const known: Record<string, { message: string; remedy: string }> = texts.failures;
      const codes = Object.keys(allFailures());
      assert.ok(codes.length > 100);
      assert.deepEqual(
        codes.filter((code) => !known[code]?.message || !known[code]?.remedy),
        [],
      );
    });

    it(`reasons of waiting, failing and leaving out, in ${language}`, () => {
      const codes = Object.keys(allReasons());
      assert.ok(codes.length > 50);
      assert.deepEqual(
        codes.filter((code) => !(code in texts.reasons)),
        [],
      );
    });

    it(`status messages, in ${language}`, () => {
      const codes = Object.keys(allStatusMessages());
      assert.ok(codes.length > 20);
      assert.deepEqual(
        codes.filter((code) => typeof inside(texts.statusMessages, code.split('.')) !== 'string'),
        [],
      );
    });
  }
});

function inside(tree: unknown, path: readonly string[]): unknown {
  return path.reduce((node, key) => (node as Record<string, unknown> | undefined)?.[key], tree);
}
