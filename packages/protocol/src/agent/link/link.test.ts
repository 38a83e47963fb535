import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Failure } from '@tenkai/domain/failure.ts';
import { until } from '@tenkai/testkit/small-site/run-agent.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { makeSiteKeys } from '@tenkai/testkit/small-site/site-keys.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import fc from 'fast-check';
import { problemFromBody, RemoteProblem } from '../../problem.ts';
import { agentPaths } from '../channel.ts';
import type { Report } from '../reports.ts';
import { backOffMs, waitAfter } from './back-off.ts';
import { enrollOnce, enrollUntilDecided } from './enroll.ts';
import { createLink } from './link.ts';
import type { LinkDeps, LinkEvent } from './link-state.ts';
import type { OutboxPort } from './outbox-port.ts';
import { fingerprintOf, greetSite } from './pinned-root.ts';
import { createSiteClient } from './site-client.ts';
import { createTokenSource } from './token.ts';
import { timerAfter } from './wake-up.ts';

let site: SmallSite;
let stop: AbortController;
let running: Promise<void>[];
before(async () => {
  site = await startSmallSite();
});
after(() => site.close());
beforeEach(() => {
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  site.intercept = () => false;
  Object.assign(site, { tickets: undefined, enrollment: {}, reply: {}, clockOffsetMs: 0 });
  for (const list of [site.reports, site.requests, site.enrollments]) list.length = 0;
  site.orders.clear();
});

const options = { timeout: 60_000 };
const isFailure = (code: string) => (error: unknown) => error instanceof Failure && error.code === code;

function newKeys() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return { spki, sign: (proof: string) => sign('sha256', Buffer.from(proof), key).toString('base64') };
}

function newMachine() {
  const signer = newKeys();
  const client = createSiteClient({ url: site.url, rootCertificate: site.keys.root.certificate });
  const facts = {
    name: 'test',
    signingKey: signer.spki,
    encryptionKey: newKeys().spki,
    hardwareFingerprint: 'a'.repeat(64),
    agentVersion: '0',
    operatingSystem: 'test',
  };
  return { signer, client, facts };
}

/** An outbox in memory, as the simulator has one. */
function memoryOutbox() {
  const waiting: { number: number; report: Report }[] = [];
  const rejected: number[] = [];
  let last = 0;
  const port: OutboxPort = {
    name: `outbox-${Math.random()}`,
    take: async ({ count }) => waiting.slice(0, count),
    async acknowledge(acknowledged, refused) {
      rejected.push(...refused.map(({ number }) => number));
      const isDone = (number: number) => number <= acknowledged || rejected.includes(number);
      waiting.splice(0, waiting.length, ...waiting.filter(({ number }) => !isDone(number)));
    },
  };
  return {
    port,
    waiting,
    rejected,
    put(report: Report) {
      last += 1;
      waiting.push({ number: last, report });
    },
  };
}

const status = (code: string): Report => ({ kind: 'status', severity: 'info', code, params: {}, at: 1 });

async function newLink(more: Partial<LinkDeps> = {}) {
  const { signer, client, facts } = newMachine();
  const { machineId } = await enrollOnce({ client, signer }, facts);
  const outbox = memoryOutbox();
  const events: LinkEvent[] = [];
  const orders: string[][] = [];
  let heartbeats = 0;
  const link = createLink({
    client,
    signer,
    machineId,
    outbox: outbox.port,
    now: Date.now,
    random: Math.random,
    heartbeat: async () => {
      heartbeats += 1;
      outbox.put(status(`heartbeat ${heartbeats}`));
    },
    onOrders: async (list) => void orders.push(list.map(({ payload }) => payload)),
    onEvent: (event) => void events.push(event),
    backOff: { firstMs: 20, longestMs: 100 },
    ...more,
  });
  const start = () => {
    running.push(link.run(stop.signal).finally(() => client.close()));
    return until(() => site.connected().includes(machineId));
  };
  return { link, machineId, outbox, events, orders, start, heartbeats: () => heartbeats };
}

const told = (machineId: string) =>
  site.reports.flatMap(({ machineId: from, report }) =>
    from === machineId && report.kind === 'status' ? [report.code] : [],
  );

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

test('a nudge makes the agent ask, and so does every new connection', options, async () => {
  const { machineId, orders, start } = await newLink();
  site.orders.set(machineId, [site.keys.signOrder({ number: 1 })]);
  await start();
  await until(() => orders.some((list) => list.length === 1));
  const before = orders.length;
  site.orders.set(machineId, [site.keys.signOrder({ number: 2 })]);
  site.nudge(machineId);
  await until(() => orders.length > before);
  assert.equal(orders.at(-1)?.[0], '{"number":2}');
});

test('orders come over connections that the agent opened', options, async () => {
  // The agent's side listens nowhere: all that goes on is in these requests.
  const { machineId, start, orders } = await newLink();
  await start();
  const before = orders.length;
  site.nudge(machineId);
  await until(() => orders.length > before);
  const kinds = new Set(site.requests.map((request) => request.split(' ')[0]));
  assert.deepEqual(kinds, new Set(['POST', 'GET', 'UPGRADE']));
});

test('reports are sent until the site has them, each once, whatever breaks', options, async () => {
  const { link, machineId, outbox, start } = await newLink();
  await start();
  let broken = 0;
  site.intercept = (request, response) => {
    // Taken, but the answer is lost; then refused; then answered with rubbish.
    if (request.url !== agentPaths.reports || broken >= 3) return false;
    broken += 1;
    if (broken === 1) request.socket.destroy();
    else if (broken === 2) response.writeHead(503).end();
    else response.writeHead(200).end('<html>');
    return true;
  };
  for (const code of ['a', 'b', 'c']) outbox.put(status(code));
  link.sendSoon();
  await until(() => told(machineId).includes('c'));
  await until(() => outbox.waiting.length === 0);
  assert.deepEqual(
    told(machineId).filter((code) => !code.startsWith('heartbeat')),
    ['a', 'b', 'c'],
  );
});

test('BAGT-20: what happens while the network is cut is told when it is back', options, async () => {
  const { link, machineId, outbox, events, start } = await newLink();
  await start();
  await site.close();
  outbox.put(status('done behind a closed door'));
  link.sendSoon();
  await until(() => events.some((event) => event.type === 'failed' && event.what === 'reports'));
  await site.reopen();
  await until(() => told(machineId).includes('done behind a closed door'));
  await until(() => site.connected().includes(machineId));
});

test('a report that the site cannot read does not hold up the others', options, async () => {
  const { link, machineId, outbox, start } = await newLink();
  await start();
  outbox.put({ kind: 'status' } as Report);
  for (const code of ['after', 'more']) outbox.put(status(code));
  link.sendSoon();
  await until(() => told(machineId).includes('more'));
  // The site has it before the agent knows that it does.
  await until(() => outbox.waiting.length === 0);
  assert.equal(outbox.rejected.length, 1);
});

test('a site that was restarted knows no token: the agent proves itself again', options, async () => {
  const { link, machineId, outbox, events, start } = await newLink();
  await start();
  site.forgetTokens();
  outbox.put(status('again'));
  link.sendSoon();
  await until(() => told(machineId).includes('again'));
  site.forgetTokens();
  const connections = () => events.filter(({ type }) => type === 'connected').length;
  const before = connections();
  site.cut();
  // Not until none is connected: it may be back before anybody looks.
  await until(() => connections() > before && site.connected().includes(machineId));
});

test('the site says when the next heartbeat is due', options, async () => {
  site.reply = { heartbeatMs: 20, jitterMs: 10 };
  const { heartbeats, start, link } = await newLink();
  await start();
  await until(() => heartbeats() >= 4);
  site.reply = { heartbeatMs: 3_600_000 };
  await until(() => site.reports.length > 0);
  const before = heartbeats();
  link.checkInSoon();
  await until(() => heartbeats() > before);
});

test('after a goodbye the agent comes back within the time that the site gave', options, async () => {
  const { machineId, events, start } = await newLink({
    backOff: { firstMs: 3_600_000, longestMs: 3_600_000 },
  });
  await start();
  site.send(machineId, { type: 'goodbye', reconnectWithinMs: 200 });
  site.cut();
  await until(() => events.filter(({ type }) => type === 'connected').length >= 2);
});

test('a connection that has gone silent is given up', options, async () => {
  const { machineId, events, start } = await newLink({ silenceLimitMs: 200 });
  await start();
  site.freeze(machineId);
  await until(() => events.some(({ type }) => type === 'disconnected'));
  await until(() => events.filter(({ type }) => type === 'connected').length >= 2);
});

test('an agent that is to stop does not wait for a dead line', { timeout: 20_000 }, async () => {
  const { machineId, start } = await newLink();
  await start();
  site.freeze(machineId);
  stop.abort();
  await Promise.all(running);
});

test('messages of the channel that are not understood change nothing', options, async () => {
  const { machineId, orders, events, start } = await newLink();
  await start();
  await until(() => orders.length > 0);
  for (const text of ['', '{', '[]', '{"type":"format-disk"}', '{"type":"goodbye"}'])
    site.sendText(machineId, text);
  const before = orders.length;
  site.nudge(machineId);
  await until(() => orders.length > before);
  assert.equal(
    events.some(({ type }) => type === 'disconnected'),
    false,
  );
});

test(
  'a site that is busy is left alone for as long as it says, by every loop and by an enrollment',
  options,
  async () => {
    const busy = (response: ServerResponse, seconds: number) => {
      response.writeHead(503, { 'content-type': 'application/json', 'retry-after': String(seconds) });
      response.end(JSON.stringify({ code: 'database-busy', message: 'busy', detail: '', remedy: '' }));
      return true;
    };
    const seconds: Readonly<Record<string, number>> = {
      [agentPaths.reports]: 7,
      [agentPaths.orders]: 11,
      [agentPaths.enroll]: 13,
    };
    const waits: number[] = [];
    // Long waits are noted, and over at once.
    const after: LinkDeps['after'] = (ms, act) => {
      waits.push(ms);
      return timerAfter(Math.min(ms, 20), act);
    };
    const refused = new Set<string>();
    const { machineId, outbox, orders, start } = await newLink({ after, random: () => 0 });
    site.intercept = (request, response) => {
      const named = seconds[request.url ?? ''];
      if (named === undefined || refused.has(request.url ?? '')) return false;
      refused.add(request.url ?? '');
      return busy(response, named);
    };
    outbox.put(status('kept'));
    await start();
    await until(() => told(machineId).includes('kept') && orders.length > 0);
    assert.ok(
      [7000, 11_000].every((ms) => waits.includes(ms)),
      waits.join(),
    );
    const { signer, client, facts } = newMachine();
    const enrolling = new AbortController();
    const waited = new Promise<number>((resolve) => {
      const decided = enrollUntilDecided(
        { client, signer, random: () => 0, onWait: resolve },
        facts,
        enrolling.signal,
      );
      running.push(
        decided.then(
          () => {},
          () => {},
        ),
      );
    });
    assert.equal(await waited, 13_000);
    enrolling.abort();
    client.close();
  },
);

test('back-off: what the site has named is never cut short, is spread, and has a limit', () => {
  const cause = (value: string | null) => problemFromBody(503, null, value);
  const wait = (value: string | null, random: number, failures = 1) =>
    waitAfter({ failures, random, cause: cause(value), backOff: { firstMs: 1000, longestMs: 60_000 } });
  assert.deepEqual([wait('5', 0), wait('5', 0.5)], [5000, 6250]);
  assert.equal(wait('1', 0, 9), 6000, 'the own wait is longer');
  assert.equal(wait('999999', 0), 600_000);
  for (const unreadable of [null, '', 'soon', '-1', 'Wed, 21 Oct 2026 07:28:00 GMT'])
    assert.equal(wait(unreadable, 0), 100);
  assert.equal(waitAfter({ failures: 1, random: 0, cause: new Error('cut') }), 100);
});

test('back-off: never longer than its limit, never nothing, growing with each failure', () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), unit, (failures, random) => {
      const ms = backOffMs(failures, random, { firstMs: 1000, longestMs: 60_000 });
      assert.ok(ms >= 100 && ms <= 60_000);
      assert.ok(backOffMs(failures + 1, random) >= backOffMs(failures, random));
    }),
  );
});
