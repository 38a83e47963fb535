import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { texts as en } from '@tenkai/console/i18n/en/index.ts';
import { texts as ja } from '@tenkai/console/i18n/ja/index.ts';
import { allFailures } from '@tenkai/domain/failure.ts';
import { systemRows } from '@tenkai/domain/os-matrix/system-rows.ts';
import { allReasons, allWords } from '@tenkai/domain/reason.ts';
import { allStatusMessages } from '@tenkai/domain/status-message.ts';

/** Beside the notes of the systems: BPKG-15, BPKG-24, BAUT-12, BSCN-12, BSCN-14, BSCN-20, BSCN-34. */
const cautions = [
  'urgency-also-automatic',
  'quiet-switch-choice',
  'update-prerequisite-not-registered',
  'ignored-with-unicast',
  'group-over-site-limit',
  'group-over-deployment-limit',
  'group-without-longest-wait',
  'runs-at-next-start',
  'restart-is-the-start',
  'next-start-outside-windows',
  'power-off-after-delivery',
  'power-off-after-update',
  'windows-ignored',
  'more-than-concurrency',
];

const packagesDir = join(import.meta.dirname, '../../../..');
/** Rooms whose refusals, reasons and messages reach a browser; the CLI's and the agent's own stay on their machine. */
const rooms = ['domain', 'protocol', 'transfer', 'server'];

/** What a refusal is about; the site says it as a word of its own. */
const refusedNoun = /Failure\('[a-z-]+', \{ what: '([^']+)'|draftRefusal\('([^']+)'/g;

/** Fills the tables: each room adds its codes when it is loaded. */
const nouns = new Set<string>();

before(async () => {
  for (const room of rooms) {
    for await (const path of glob('src/**/*.ts', { cwd: join(packagesDir, room) })) {
      if (path.endsWith('.test.ts')) continue;
      const file = join(packagesDir, room, path);
      const source = await readFile(file, 'utf8');
      for (const [, noun, draft] of source.matchAll(refusedNoun)) nouns.add(noun ?? draft ?? '');
      if (/define(Failures|Reasons|StatusMessages)\(/.test(source)) await import(file);
    }
  }
});

describe('BCON-21: every code of the site has its sentence in the console', () => {
  for (const [language, texts] of [
    ['English', en],
    ['Japanese', ja],
  ] as const) {
    it(`BCON-19: each caution that the old manual kept in its chapters, in ${language}`, () => {
      const notes = systemRows.flatMap((row) => row.notes.map(({ reason }) => reason.code));
      const sentences: Record<string, string> = texts.reasons;
      const choices: Record<string, { message: string }> = texts.failures;
      assert.ok(notes.includes('system-note-bitlocker') && notes.includes('system-note-level-chain'));
      const codes = [...new Set([...notes, ...cautions])];
      assert.deepEqual(
        codes.filter((code) => !sentences[code] && !choices[code]?.message),
        [],
      );
    });

    it(`refusals, in ${language}`, () => {
      const known: Record<string, { message: string; remedy: string }> = texts.failures;
      const codes = Object.keys(allFailures());
      assert.ok(codes.length > 100);
      assert.deepEqual(
        codes.filter((code) => !known[code]?.message || !known[code]?.remedy),
        [],
      );
    });

    it(`what a refusal is about, in ${language}`, () => {
      assert.ok(nouns.has('update policy') && nouns.has('machine'));
      assert.deepEqual(
        [...nouns].filter((noun) => !(noun in texts.objects)),
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

    it(`what reasons call a cause or a problem of multicast, in ${language}`, () => {
      const { cause = {}, problem = {} } = allWords();
      assert.deepEqual(Object.keys(texts.multicast.causes).sort(), Object.keys(cause).sort());
      assert.deepEqual(Object.keys(texts.multicast.problems).sort(), Object.keys(problem).sort());
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
