/** As the service of Windows starts the agent, and asks it to end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { newAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { readStatus } from '../service/status-file.ts';

const entry = fileURLToPath(import.meta.resolve('../main.ts'));

test('the agent ends when its standard input ends, with its lock given back', {
  timeout: 400_000,
}, async (t) => {
  const agent = newAgent();
  atEnd(t, () => agent.remove());
  const args = [entry, 'run', '--until-input-ends'];
  const start = () => {
    const service = spawn(process.execPath, args, { env: agent.env, stdio: ['pipe', 'ignore', 'inherit'] });
    atEnd(t, () => service.kill('SIGKILL'));
    return service;
  };
  const first = start();
  await until(() => readStatus(agent.data)?.process.pid === first.pid);
  first.stdin.end();
  assert.deepEqual(await once(first, 'exit'), [0, null]);
  const second = start();
  await until(() => readStatus(agent.data)?.process.pid === second.pid);
  second.stdin.end();
  assert.deepEqual(await once(second, 'exit'), [0, null]);
});
