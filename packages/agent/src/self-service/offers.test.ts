/** What users see and ask for, and the site that it comes from. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { testRunId } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { until } from '@tenkai/testkit/small-site/run-agent.ts';
import { scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import { readEnrollment } from '../identity.ts';
import type { AgentStatus } from '../status.ts';
import { doorPaths, type Offers } from './door-words.ts';
import { freshForMs } from './offers.ts';
import {
  agent,
  door,
  json,
  offered,
  online,
  options,
  order,
  peek,
  reported,
  site,
  user,
} from './self-service-for-test.ts';

const offersNow = () => peek<Offers>(doorPaths.available);

/** Once the agent has to ask the site for them again. */
async function offersAnew(): Promise<Offers> {
  const { asOf } = await offersNow();
  await until(() => Date.now() - (asOf ?? 0) >= freshForMs);
  return offersNow();
}

test('a user without rights lists what is available and asks for it by name', options, async () => {
  const machineId = await online();
  site.available.set(machineId, [
    offered(),
    offered({ runId: 'r2', deploymentId: 'd2', name: 'Text browser' }),
  ]);
  const shown = await agent.commandOf(user, 'available');
  assert.equal(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, /^Text editor\n {2}available\n {2}Writes texts\.\nText browser$/m);

  const unclear = await agent.commandOf(user, 'install', 'text');
  assert.deepEqual([unclear.status, /offer-ambiguous/.test(unclear.stderr)], [1, true]);
  const none = await agent.commandOf(user, 'install', 'Sokoban');
  assert.match(none.stderr, /Sokoban is not available to this machine\. \(not-available\)/);
  assert.deepEqual(reported('run-request'), []);

  const asked = await agent.commandOf(user, 'install', 'text EDITOR');
  assert.equal(asked.status, 0, asked.stderr);
  const request = await until(() => reported('run-request')[0]);
  assert.deepEqual([request.runId, request.user], [testRunId, user], 'the system says who asked');
  const again = await json<{ state: string }>('install', 'd1');
  assert.equal(again.state, 'asked');
  assert.equal(reported('run-request').length, 1, 'asked again it is the same request');
  assert.deepEqual(
    readdirSync('/tmp').filter((name) => name.startsWith('tenkai-user-')),
    [],
  );
});

test(
  'install --wait shows the way to the end; without the site there is what it said last',
  options,
  async () => {
    const machineId = await online();
    site.available.set(machineId, [offered()]);
    await offersNow();
    site.intercept = (asked, response) => asked.url === agentPaths.available && Boolean(response.destroy());
    const offline = await agent.commandOf(user, 'install', 'Text editor');
    assert.equal(offline.status, 0, offline.stderr);
    const { isFresh, items } = await offersAnew();
    assert.deepEqual([isFresh, items[0]?.state], [false, 'asked']);
    site.intercept = () => false;
    const request = await until(() => reported('run-request')[0]);
    assert.equal(request.runId, testRunId);

    const waits = agent.beginOf(user, 'install', '--wait', 'Text editor');
    site.available.set(machineId, [
      offered({ isOffered: false, status: 'waiting', reason: { code: 'slot-site', params: {} } }),
    ]);
    await until(() => waits.said().includes('Other machines come first'));
    order(machineId, [scriptStep('true')]);
    await until(() => reported('run').some(({ event }) => event === 'finished'));
    site.available.set(machineId, [offered({ isOffered: false, status: 'succeeded', reason: null })]);
    const end = await waits.end;
    assert.equal(end.status, 0, end.stderr);
    assert.match(end.stdout, /Other machines come first[\s\S]*Text editor is installed\./);

    site.available.set(machineId, [offered({ isOffered: true, status: 'failed', finishedAt: 1 })]);
    assert.equal((await offersAnew()).items[0]?.state, 'failed');
    const retried = agent.commandOf(user, 'install', '--wait', 'Text editor');
    await until(() => reported('run-request').length === 2);
    site.available.set(machineId, [
      offered({
        isOffered: true,
        status: 'failed',
        finishedAt: 2,
        reason: { code: 'exit-code', params: {} },
      }),
    ]);
    const failed = await retried;
    assert.equal(failed.status, 1);
    assert.match(failed.stderr, /could not be installed[\s\S]*The installer ended with an error/);
  },
);

test(
  'AGENT-23: page, status and settings agree on the assigned site: none, and then its code',
  options,
  async () => {
    agent.start();
    await until(() => existsSync(door()));
    const shown = async () => JSON.parse((await agent.command('status', '--json')).stdout) as AgentStatus;
    assert.deepEqual([(await offersNow()).site, (await shown()).site.code], [null, null]);
    const { rootFingerprint } = site.keys;
    await agent.command('enroll', '--server', site.url, '--root-fingerprint', rootFingerprint);
    await until(() => readEnrollment(agent.data));
    const { site: assigned } = await offersNow();
    const { code, name } = (await shown()).site;
    assert.deepEqual([assigned, code], [{ code, name }, 'TST']);
  },
);
