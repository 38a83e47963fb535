import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { agentScripts, serverScripts } from './maintainer-scripts.ts';

for (const [name, scripts] of Object.entries({
  'tenkai-server': serverScripts,
  'tenkai-agent': agentScripts,
})) {
  for (const [script, text] of Object.entries(scripts)) {
    test(`${script} of ${name} is a shell script without syntax errors that ends at the first failure`, () => {
      assert.doesNotThrow(() => execFileSync('sh', ['-n'], { input: text, timeout: 10_000 }));
      assert.match(text, /^#!\/bin\/sh\nset -e\n/);
    });
  }
}
