/** Orders to renew the keys, where something is in their way. The real server's part: `testkit/src/paths/identity/key-renewal.test.ts`. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Failure } from '@tenkai/domain/failure.ts';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { problemFromBody } from '@tenkai/protocol/problem.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { ended, newAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { pino } from 'pino';
import { readIfThere } from '../durable-file.ts';
import { openGuarded } from '../identity.ts';
import { takeLock } from '../lock.ts';
import { openLinux } from '../platform/linux/index.ts';
import { createKeyRenewer } from './renew-keys.ts';

const options = { timeout: 150_000 };
const { processes } = openLinux({ root: null, powerCommand: null, bootIdFile: null, env: {} });
const order = { orderId: 'k-1' };

const problem = (code: string) => ({ code, message: code, detail: 'why', remedy: '' });
const limit = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
const passing: Record<string, unknown> = {
  'the site is away': new Failure('site-unreachable', { url: 'https://x' }),
  'another renewal runs': new Failure('agent-runs-already', { what: 'renewal', folder: '/x', pid: 7 }),
  'too many ask': problemFromBody(429, problem('too-many-requests'), '60'),
  'the site is busy': problemFromBody(503, problem('site-busy'), '60'),
  'the site has trouble': problemFromBody(500, problem('unexpected')),
  'a proxy answers': problemFromBody(404, '<html>'),
  'the site was started anew': problemFromBody(401, problem('challenge-invalid')),
  'the time is over': limit,
  'the service stops': AbortSignal.abort().reason,
};

/** A renewer whose renewals fail, one after the other, for these reasons; then they go well. */
function renewerOf(...causes: unknown[]) {
  const [waits, acts]: [number[], (() => void)[]] = [[], []];
  const told = { tries: 0, asked: 0 };
  const renew = createKeyRenewer({
    async onRenewKeys() {
      told.tries += 1;
      if (causes.length > 0) throw causes.shift();
    },
    later(ms, act) {
      waits.push(ms);
      acts.push(act);
    },
    onAskAgain() {
      told.asked += 1;
    },
    random: () => 0.5,
    log: pino({ level: 'silent' }),
  });
  return { renew: () => renew(order), waits, told, endRest: () => acts.shift()?.() };
}

for (const [why, cause] of Object.entries(passing))
  test(`renewal: an order stays open where ${why}, rests, and is carried out later`, async () => {
    const { renew, told, endRest } = renewerOf(cause);
    assert.equal(await renew(), null);
    assert.equal(await renew(), null, 'the site gives it again, for another reason');
    assert.equal(told.tries, 1, 'it rests');
    endRest();
    assert.equal(told.asked, 1);
    assert.deepEqual(await renew(), { accepted: true, reason: null });
    assert.equal(told.tries, 2);
  });

test('renewal: an order that was put off waits longer each time, and never less than the site has said', async () => {
  const away = passing['the site is away'];
  const { renew, waits, endRest } = renewerOf(...Array(12).fill(away), passing['the site is busy']);
  while (waits.length < 13) {
    assert.equal(await renew(), null);
    endRest();
  }
  assert.deepEqual(waits.slice(0, 3), [5500, 11_000, 22_000]);
  assert.equal(Math.max(...waits), 495_000);
  const { renew: first, waits: named } = renewerOf(passing['the site is busy']);
  await first();
  assert.deepEqual(named, [75_000]);
});

test('renewal: a refusal of the site, or a key that is broken, ends the order with its reason', async () => {
  const refused = renewerOf(problemFromBody(403, problem('machine-refused')));
  const reason = { code: 'machine-refused', params: { detail: 'why' } };
  assert.deepEqual(await refused.renew(), { accepted: false, reason });
  const broken = await renewerOf(new Failure('identity-key-broken', { file: '/x' })).renew();
  assert.deepEqual([broken?.accepted, broken?.reason?.code], [false, 'identity-key-broken']);
});

/** A service that is online, at a site whose answers to a renewal the test gives. */
async function serviceOf(t: TestContext) {
  const site = await startSmallSite();
  const agent = newAgent();
  atEnd(t, async () => {
    await agent.remove();
    await site.close();
  });
  const place = ['--server', site.url, '--root-fingerprint', site.keys.rootFingerprint];
  assert.equal((await agent.command('enroll', ...place)).status, 0);
  const before = openGuarded(agent.data, null).signingKey;
  const service = agent.start();
  const machineId = await until(() => site.connected()[0]);
  return {
    ...{ site, agent, service },
    isRenewed: () => openGuarded(agent.data, null).signingKey !== before,
    told: () => site.reports.flatMap(({ report }) => (report.kind === 'order' ? [report.accepted] : [])),
    log: () => readIfThere(join(agent.data.log, 'agent.log')) ?? '',
    announced: (response: ServerResponse) => response.end(JSON.stringify({ machineId })),
    order() {
      const times = { issuedAt: Date.now(), expiresAt: Date.now() + 3_600_000 };
      const signed = site.keys.signOrder({ kind: 'renew-keys', ...order, machineId, ...times });
      site.orders.set(machineId, [signed]);
      site.nudge(machineId);
    },
  };
}

test(
  'renewal: a cert renew that runs and a site that is busy put an order off; then it is done, and told once',
  options,
  async (t) => {
    const { site, agent, order, log, told, isRenewed, announced } = await serviceOf(t);
    const folder = join(agent.data.locks, 'renewal');
    const lock = await takeLock({ processes, folder, what: 'test' });
    let asked = 0;
    site.intercept = (request, response) => {
      if (request.url !== agentPaths.renew) return false;
      asked += 1;
      if (asked > 1) announced(response);
      else response.writeHead(503, { 'retry-after': '1' }).end(JSON.stringify(problem('site-busy')));
      return true;
    };
    order();
    await until(() => /renewed yet.*agent-runs-already|agent-runs-already.*renewed yet/.test(log()));
    assert.deepEqual([told(), isRenewed(), asked], [[], false, 0]);
    lock.release();
    await until(() => told().length > 0);
    assert.deepEqual([told(), isRenewed(), asked], [[true], true, 2]);
    await ended(agent.services()[0] as never, 'SIGTERM');
    assert.deepEqual(told(), [true]);
  },
);

test(
  'renewal: a site that goes away when the keys are replaced already makes no refusal of it',
  options,
  async (t) => {
    const { site, order, told, isRenewed, announced } = await serviceOf(t);
    let isAnnounced = false;
    site.intercept = ({ url }, response) => {
      if (url === agentPaths.renew) {
        isAnnounced = true;
        announced(response);
        return true;
      }
      // The first use of the new key.
      if (!isAnnounced || url !== agentPaths.challenge) return false;
      response.destroy();
      return true;
    };
    order();
    await until(() => told().length > 0);
    assert.deepEqual([told(), isRenewed()], [[true], true]);
  },
);

test(
  'renewal: a service that stops waits for no site that is silent, and the order stays open',
  options,
  async (t) => {
    const { site, service, agent, order, log, isRenewed } = await serviceOf(t);
    let held: ServerResponse | undefined;
    site.intercept = ({ url }, response) => {
      if (url !== agentPaths.renew) return false;
      held = response;
      return true;
    };
    order();
    await until(() => held);
    await ended(service, 'SIGTERM');
    assert.match(log(), /renewed yet/);
    assert.match(log(), /AbortError/);
    assert.equal(isRenewed(), false);
    assert.doesNotMatch(readIfThere(join(agent.data.orders, 'seen.jsonl')) ?? '', /k-1/);
  },
);
