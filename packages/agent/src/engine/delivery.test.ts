import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import {
  type EnrolledAgent,
  enrolledAgent,
  runOrder,
  storeOrder,
  testRunId,
} from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { packContent, publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { until } from '@tenkai/testkit/small-site/run-agent.ts';
import { runEngineToEnd, spawnEngine } from '@tenkai/testkit/small-site/run-engine.ts';
import { runSteps, toldOf } from '@tenkai/testkit/small-site/run-steps.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { makeSiteKeys } from '@tenkai/testkit/small-site/site-keys.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { contentPart, copyStep, scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import { canonicalManifest, chunkPath, type Manifest, manifestPath } from '@tenkai/transfer';
import { findTree } from '../platform/linux/process-tree.ts';

let site: SmallSite;
let agent: EnrolledAgent;
before(async () => {
  site = await startSmallSite();
});
after(() => site.close());
beforeEach(async () => {
  agent = await enrolledAgent(site);
});
const mounted: string[] = [];
afterEach(() => {
  for (const folder of mounted.splice(0)) spawnSync('umount', [folder]);
  site.intercept = () => false;
  agent.remove();
});

const options = { timeout: 120_000 };
let lastContent = 0;
/** Different for each test, so that no content is there already. */
const newFiles = (bytes = 100) => {
  lastContent += 1;
  return { 'app/file': Buffer.alloc(bytes, `content ${lastContent} `) };
};
const copyOf = (manifest: Manifest) => [
  copyStep({ content: contentPart(manifest), from: 'app', to: '/srv' }),
];
const leftInCache = () => [
  ...readdirSync(join(agent.data.content, 'content')),
  ...readdirSync(join(agent.data.content, 'trash')),
];

/** A distribution point that is nothing but a static web server. */
async function pointOf(files: Map<string, Buffer | string>) {
  const server = createServer((request, response) => {
    const body = files.get(request.url?.slice(1) ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

/** A real file system of that size, which is easily full. */
function mountSmall(folder: string, size: string): boolean {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  if (status === 0) mounted.push(folder);
  return status === 0;
}

test('damaged bytes of one source are fetched from the next one', options, async (t) => {
  const files = newFiles();
  const manifest = await publishContent(site, files);
  const { objects } = await packContent(files);
  const damaged = new Map<string, Buffer | string>();
  for (const [sha256, bytes] of objects)
    damaged.set(chunkPath(sha256), Buffer.concat([Buffer.from('X'), bytes.subarray(1)]));
  const point = await pointOf(damaged);
  atEnd(t, point.close);
  const { end } = await runSteps(site, agent, copyOf(manifest), { sources: [point.url, '/content'] });
  assert.equal(end?.succeeded, true);
  assert.deepEqual(readFileSync(join(agent.root, 'srv/file')), files['app/file']);
  assert.match(readFileSync(join(agent.data.log, 'engine.log'), 'utf8'), /damaged bytes/);
});

test(
  'BSCN-18: content that is damaged everywhere ends the run before its first step, and nothing of it stays',
  options,
  async () => {
    const files = newFiles();
    const manifest = await publishContent(site, files);
    const { objects } = await packContent(files);
    for (const [sha256, bytes] of objects)
      site.serve(`/content/${chunkPath(sha256)}`, Buffer.alloc(bytes.length));
    const { end, results } = await runSteps(site, agent, copyOf(manifest));
    assert.deepEqual([end?.succeeded, end?.reason?.code], [false, 'content-chunk-corrupt']);
    assert.deepEqual(results, []);
    assert.deepEqual(leftInCache(), []);
  },
);

test('law 11: a manifest that the site did not sign is not used, whatever its hash', options, async () => {
  const { manifest, objects } = await packContent(newFiles());
  for (const [sha256, bytes] of objects) site.serve(`/content/${chunkPath(sha256)}`, bytes);
  const others = await makeSiteKeys();
  const signed = others.signManifest(canonicalManifest(manifest));
  site.serve(`/content/${manifestPath(manifest.contentId)}`, JSON.stringify(signed));
  const { end } = await runSteps(site, agent, copyOf(manifest));
  assert.deepEqual([end?.succeeded, end?.reason?.code], [false, 'site-signature-invalid']);
  assert.deepEqual(leftInCache(), []);
});

test('what is in the cache is checked again before it is used, and mended', options, async () => {
  const files = newFiles();
  const manifest = await publishContent(site, files);
  await runSteps(site, agent, copyOf(manifest));
  writeFileSync(join(agent.data.content, 'content', manifest.contentId, 'app/file'), 'altered');
  writeFileSync(join(agent.data.content, 'content', manifest.contentId, 'app/strange'), 'more');
  const { end } = await runSteps(site, agent, copyOf(manifest));
  assert.equal(end?.succeeded, true);
  assert.deepEqual(readFileSync(join(agent.root, 'srv/file')), files['app/file']);
  assert.deepEqual(readdirSync(join(agent.root, 'srv')), ['file']);
  writeFileSync(join(agent.data.content, 'content', `${manifest.contentId}.json`), '{}');
  const { end: again } = await runSteps(site, agent, copyOf(manifest));
  assert.equal(again?.succeeded, true, 'a manifest that is damaged is fetched');
});

test(
  'DIST-32: content is used from the source at the site, from a distribution point, and from the cache of the machine',
  options,
  async (t) => {
    const files = newFiles();
    const { manifest, objects } = await packContent(files);
    const bytes = new Map<string, Buffer | string>();
    for (const [sha256, chunk] of objects) bytes.set(chunkPath(sha256), chunk);
    const signed = JSON.stringify(site.keys.signManifest(canonicalManifest(manifest)));
    const point = await pointOf(bytes.set(manifestPath(manifest.contentId), signed));
    atEnd(t, point.close);
    const nobody = await pointOf(new Map());
    nobody.close();
    const use = async (machine: EnrolledAgent, sources: string[]) => {
      const { end } = await runSteps(site, machine, copyOf(manifest), { sources });
      assert.equal(end?.succeeded, true, JSON.stringify(end));
      assert.deepEqual(readFileSync(join(machine.root, 'srv/file')), files['app/file']);
      rmSync(join(machine.root, 'srv'), { recursive: true });
    };
    const asked = () => site.requests.filter((request) => request.startsWith('GET /content/')).length;

    const before = asked();
    await use(agent, [point.url]);
    assert.equal(asked(), before, 'from the distribution point alone');
    await use(agent, [nobody.url]);
    assert.equal(asked(), before, 'from the cache, where no source is within reach');

    const other = await enrolledAgent(site);
    atEnd(t, () => other.remove());
    await publishContent(site, files);
    await use(other, ['/content']);
    assert.ok(asked() > before, 'from the source at the site');
  },
);

test('a site that is away during the delivery is waited for', options, async () => {
  const manifest = await publishContent(site, newFiles());
  await site.close();
  const name = storeOrder(agent, site, runOrder(agent, copyOf(manifest)));
  const engine = spawnEngine(agent, name);
  await until(() => toldOf(agent, testRunId).events.includes('delivering'));
  await until(() => existsSync(join(agent.data.log, 'engine.log')));
  await site.reopen();
  await until(() => engine.exitCode === 0);
  assert.equal(toldOf(agent, testRunId).end?.succeeded, true);
});

test('a token that ends in the middle of a delivery is replaced at once', options, async () => {
  const manifest = await publishContent(site, newFiles(9_000_000));
  // As when the keys of the machine are renewed: once before the manifest, and once more before its parts.
  const ended = new Set<string>();
  site.intercept = ({ url = '' }) => {
    const kind = ['/manifests/', '/objects/'].find((part) => url.includes(part)) ?? '';
    if (kind === '' || ended.has(kind)) return false;
    ended.add(kind);
    site.forgetTokens();
    return false;
  };
  site.requests.length = 0;
  const { end } = await runSteps(site, agent, copyOf(manifest));
  assert.equal(end?.succeeded, true);
  assert.equal(ended.size, 2);
  const tokens = site.requests.filter((request) => request === `POST ${agentPaths.token}`);
  assert.equal(tokens.length, 3, 'one at the beginning, and one for each that ended');
});

test('a site that is too busy for a token is asked for it again', options, async () => {
  const manifest = await publishContent(site, newFiles());
  let isBusy = true;
  site.intercept = ({ url }, response) => {
    if (!isBusy || url !== agentPaths.token) return false;
    isBusy = false;
    const problem = { code: 'site-busy', message: 'Busy.', detail: '', remedy: '' };
    response.writeHead(503, { 'retry-after': '1' }).end(JSON.stringify(problem));
    return true;
  };
  const { end } = await runSteps(site, agent, copyOf(manifest));
  assert.deepEqual([isBusy, end?.succeeded], [false, true]);
});

test('a delivery that is cancelled ends at once, and nothing of it stays', options, async () => {
  const manifest = await publishContent(site, newFiles(9_000_000));
  site.intercept = (request, response) => {
    // The answer begins and never ends.
    if (!request.url?.includes('/objects/')) return false;
    response.writeHead(200).write('begin');
    return true;
  };
  const name = storeOrder(agent, site, runOrder(agent, copyOf(manifest)));
  const engine = spawnEngine(agent, name);
  await until(() => existsSync(join(agent.data.runs, name, 'progress.json')));
  writeFileSync(join(agent.data.runs, name, 'cancel'), '');
  await until(() => engine.exitCode === 0);
  assert.deepEqual(toldOf(agent, testRunId).events, ['received', 'delivering', 'cancelled']);
  assert.deepEqual(leftInCache(), []);
});

test(
  'BSCN-38: a hanging installer is cancelled: its processes are gone and the machine is free',
  options,
  async () => {
    const hanging = scriptStep('trap "" TERM; touch "$TENKAI_ROOT/begun"; sleep 300 & wait; wait; sleep 300');
    const name = storeOrder(
      agent,
      site,
      runOrder(agent, [hanging, scriptStep('touch "$TENKAI_ROOT/never"')]),
    );
    const engine = spawnEngine(agent, name);
    await until(() => existsSync(join(agent.root, 'begun')));
    writeFileSync(join(agent.data.runs, name, 'cancel'), '');
    await until(() => engine.exitCode === 0);
    const { events, results } = toldOf(agent, testRunId);
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ['cancelled'],
    );
    assert.equal(events.at(-1), 'cancelled');
    assert.equal(existsSync(join(agent.root, 'never')), false);
    const next = await runSteps(site, agent, [scriptStep('true')]);
    assert.equal(next.end?.succeeded, true);
  },
);

test(
  'BSCN-38: a run that is cancelled while no engine lives ends cancelled, with its processes',
  options,
  async () => {
    const hanging = scriptStep('touch "$TENKAI_ROOT/begun"; sleep 300');
    const name = storeOrder(agent, site, runOrder(agent, [hanging]));
    assert.equal(await runEngineToEnd(agent, name, { TENKAI_CRASH_AT: 'step#0:main:started' }), 'SIGKILL');
    assert.notDeepEqual(findTree(`${testRunId}/1/0/main/1`), []);
    writeFileSync(join(agent.data.runs, name, 'cancel'), '');
    assert.equal(await runEngineToEnd(agent, name), 0);
    assert.deepEqual(findTree(`${testRunId}/1/0/main/1`), []);
    const { events, results } = toldOf(agent, testRunId);
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ['cancelled'],
    );
    assert.equal(events.at(-1), 'cancelled');
  },
);

test('an engine that is told to stop leaves run and installer to the next one', options, async () => {
  const text =
    'touch "$TENKAI_ROOT/begun"; while [ ! -e "$TENKAI_ROOT/gate" ]; do sleep 0.05; done; echo end';
  const name = storeOrder(agent, site, runOrder(agent, [scriptStep(text)]));
  const engine = spawnEngine(agent, name);
  await until(() => existsSync(join(agent.root, 'begun')));
  engine.kill('SIGTERM');
  await until(() => engine.exitCode === 0);
  assert.deepEqual(toldOf(agent, testRunId).results, []);
  writeFileSync(join(agent.root, 'gate'), '');
  assert.equal(await runEngineToEnd(agent, name), 0);
  assert.deepEqual(
    toldOf(agent, testRunId).results.map(({ logTail }) => logTail),
    ['end\n'],
  );
});

test('a full disk ends the run with its reason, and nothing of the content stays', options, async (t) => {
  const small = join(agent.root, '..', 'small');
  mkdirSync(small);
  if (!mountSmall(small, '3m')) return t.skip('needs the right to mount');
  renameSync(agent.data.content, `${agent.data.content}.old`);
  spawnSync('ln', ['-s', small, agent.data.content]);
  const manifest = await publishContent(site, newFiles(5_000_000));
  const { end, results } = await runSteps(site, agent, copyOf(manifest));
  assert.deepEqual([end?.succeeded, end?.reason?.code], [false, 'disk-full']);
  assert.deepEqual(results, []);
  assert.deepEqual(leftInCache(), []);
});

test('a target that fills up fails with its reason and leaves no part of a file', options, async (t) => {
  const small = join(agent.root, 'small');
  mkdirSync(small);
  if (!mountSmall(small, '1m')) return t.skip('needs the right to mount');
  const manifest = await publishContent(site, newFiles(2_000_000));
  const { results } = await runSteps(site, agent, [
    copyStep({ content: contentPart(manifest), from: 'app', to: '/small/x' }),
  ]);
  assert.deepEqual(
    results.map(({ outcome, reason }) => [outcome, reason?.code]),
    [['failed', 'disk-full']],
  );
  assert.deepEqual(readdirSync(join(small, 'x')), []);
});
