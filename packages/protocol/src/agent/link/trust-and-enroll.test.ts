import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { until } from '@tenkai/testkit/small-site/run-agent.ts';
import { makeSiteKeys } from '@tenkai/testkit/small-site/site-keys.ts';
import { RemoteProblem } from '../../problem.ts';
import { enrollOnce, enrollUntilDecided } from './enroll.ts';
import { isFailure, newKeys, newMachine, options, site, stop } from './link-for-test.ts';
import { fingerprintOf, greetSite } from './pinned-root.ts';
import { createSiteClient } from './site-client.ts';
import { createTokenSource } from './token.ts';

test('the pinned root decides who the site is', options, async () => {
  const { rootFingerprint } = site.keys;
  const greeting = await greetSite({ url: site.url, rootFingerprint });
  assert.equal(greeting.siteCode, 'TST');
  const withColons = rootFingerprint.toUpperCase().replace(/..(?=.)/g, '$&:');
  assert.equal((await greetSite({ url: site.url, rootFingerprint: withColons })).siteCode, 'TST');
  await assert.rejects(
    greetSite({ url: site.url, rootFingerprint: '0'.repeat(64) }),
    isFailure('site-root-mismatch'),
  );
  await assert.rejects(
    greetSite({ url: 'http://localhost', rootFingerprint }),
    isFailure('site-address-invalid'),
  );
  await assert.rejects(
    greetSite({ url: 'https://localhost:1', rootFingerprint }),
    isFailure('site-unreachable'),
  );
});

test('a certificate that bears the root key but was not signed by it is no root', () => {
  assert.equal(fingerprintOf(site.keys.root.certificate), site.keys.rootFingerprint);
  assert.equal(fingerprintOf(site.keys.signing.certificate), '');
  assert.equal(fingerprintOf('rubbish'), '');
});

test('nothing is sent to a server whose certificate is not of the pinned root', options, async () => {
  const others = await makeSiteKeys();
  const client = createSiteClient({ url: site.url, rootCertificate: others.root.certificate });
  const { signer, facts } = newMachine();
  await assert.rejects(enrollOnce({ client, signer }, facts), isFailure('site-unreachable'));
  assert.deepEqual(site.requests, []);
  assert.equal(new X509Certificate(others.tls.cert).checkHost('localhost'), 'localhost');
});

test(
  'enrollment: by ticket, again with the same key, and refused with the site’s own words',
  options,
  async () => {
    site.tickets = new Set(['good']);
    const { signer, client, facts } = newMachine();
    await assert.rejects(enrollOnce({ client, signer }, { ...facts, ticket: 'bad' }), (error) => {
      assert.ok(error instanceof RemoteProblem);
      assert.deepEqual([error.status, error.problem.code], [403, 'ticket-invalid']);
      return true;
    });
    const first = await enrollOnce({ client, signer }, { ...facts, ticket: 'good' });
    const again = await enrollOnce({ client, signer }, { ...facts, ticket: 'good' });
    assert.deepEqual([first.status, again.machineId], ['enrolled', first.machineId]);
    client.close();
  },
);

test('enrollment: waits for approval, over a site that is away', options, async () => {
  const { signer, client, facts } = newMachine();
  site.enrollment = { status: 'pending', retryAfterMs: 10 };
  const waits: unknown[] = [];
  const deps = {
    client,
    signer,
    random: () => 0,
    onWait: (_: number, cause: unknown) => void waits.push(cause),
  };
  const decided = enrollUntilDecided(deps, facts, stop.signal);
  await until(() => waits.length >= 2);
  site.intercept = (request) => {
    request.socket.destroy();
    return true;
  };
  await until(() => waits.some(isFailure('site-unreachable')));
  site.intercept = () => false;
  site.enrollment = {};
  assert.equal((await decided).status, 'enrolled');
  client.close();
});

test(
  'tokens: proved by signature, shared, kept until they end, made anew when refused',
  options,
  async () => {
    const { signer, client, facts } = newMachine();
    const { machineId } = await enrollOnce({ client, signer }, facts);
    let elapsed = 0;
    site.clockOffsetMs = 3_600_000;
    // Our own clock is of no account, wherever it is set to.
    const clocks = { now: () => 0, monotonic: () => elapsed };
    const tokens = createTokenSource({ client, signer, machineId, ...clocks });
    const [one, two] = await Promise.all([tokens.get(), tokens.get()]);
    assert.equal(one, two);
    assert.equal(await tokens.get(), one);
    assert.ok(Math.abs(tokens.serverTime() - Date.now() - 3_600_000) < 60_000);
    elapsed += 9 * 60_000;
    assert.equal(await tokens.get(), one);
    elapsed += 60_000;
    assert.notEqual(await tokens.get(), one);
    const thief = createTokenSource({ client, signer: newKeys(), machineId, now: Date.now });
    await assert.rejects(thief.get(), (error) => error instanceof RemoteProblem && error.status === 401);
    client.close();
  },
);
