import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepingService } from './works.ts';

const command = { program: 'msiexec.exe', args: [] };

/** What was done with the service, in order, around an installer that ends with 3010. */
async function told(wasRunning: boolean): Promise<{ acts: string[]; status: number }> {
  const acts: string[] = [];
  const service = {
    async isRunning() {
      acts.push('asked');
      return wasRunning;
    },
    async startIfStopped() {
      acts.push('looked after');
      return true;
    },
  };
  const run = keepingService(service, async () => {
    acts.push('installed');
    return 3010;
  });
  return { status: await run(command), acts };
}

test('HOTFIX-27: a service that ran before a patch is looked after behind it', async () => {
  assert.deepEqual(await told(true), { acts: ['asked', 'installed', 'looked after'], status: 3010 });
});

test('HOTFIX-27: a service that was stopped before a patch stays so', async () => {
  assert.deepEqual(await told(false), { acts: ['asked', 'installed'], status: 3010 });
});
