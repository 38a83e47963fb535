import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { output } from '@tenkai/testkit/rig/command.ts';
import { bundle } from './bundles.ts';

const tellModules =
  'data:text/javascript,process.on("exit", () => console.log(process.moduleLoadList.join("\\n")))';

test('the agent as it ships loads neither the fetch nor the HTTP/2 of Node, which it never uses', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-bundle-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = await bundle('agent', folder);
  const loaded = (await output([process.execPath, `--import=${tellModules}`, file, '--version'])).split('\n');
  assert.ok(loaded.includes('NativeModule http'), 'it has begun');
  assert.deepEqual(
    loaded.filter((name) => /undici|http2|webstreams/.test(name)),
    [],
  );
});
