import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import type { Log } from '../log.ts';
import { keepServiceThere } from './keep-service.ts';

const stop = new AbortController().signal;

function given(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'programs-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const place = (name: string, text: string) => writeFileSync(join(folder, name), text);
  place('tenkai-agent.mjs', 'one');
  const done = { looks: 0, warnings: 0 };
  const ownService = {
    isRunning: async () => true,
    async startIfStopped() {
      done.looks += 1;
      return true;
    },
  };
  const log = {
    warn() {
      done.warnings += 1;
    },
  } as unknown as Log;
  return { done, place, folder, afterStep: keepServiceThere({ platform: { ownService }, log }, folder) };
}

test('HOTFIX-27: a service is looked after once when a step has replaced a program of the agent, and left alone otherwise', async (t) => {
  const { done, place, afterStep } = given(t);
  await afterStep(stop);
  assert.deepEqual(done, { looks: 0, warnings: 0 });
  place('tenkai-agent.mjs', 'two');
  await afterStep(stop);
  await afterStep(stop);
  assert.deepEqual(done, { looks: 1, warnings: 1 });
});

test('HOTFIX-27: a step that removed the agent starts no service', async (t) => {
  const { done, folder, afterStep } = given(t);
  rmSync(folder, { recursive: true });
  await afterStep(stop);
  assert.equal(done.looks, 0);
});
