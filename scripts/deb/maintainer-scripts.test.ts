import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { agentScripts, serverScripts } from './maintainer-scripts.ts';

for (const [name, text] of [...Object.entries(serverScripts), ...Object.entries(agentScripts)]) {
  test(`maintainer script ${name} is a shell script without syntax errors`, () => {
    assert.doesNotThrow(() => execFileSync('sh', ['-n'], { input: text, timeout: 10_000 }));
    assert.match(text, /^#!\/bin\/sh\nset -e\n/);
  });
}
