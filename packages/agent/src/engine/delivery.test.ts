/** Where content comes from, and what is not believed, waited for or tried again. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
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
import { spawnEngine } from '@tenkai/testkit/small-site/run-engine.ts';
import { runSteps, toldOf } from '@tenkai/testkit/small-site/run-steps.ts';
import { makeSiteKeys } from '@tenkai/testkit/small-site/site-keys.ts';
import { canonicalManifest, chunkPath, manifestPath } from '@tenkai/transfer';
import { agent, copyOf, leftInCache, newFiles, options, site } from './delivery-for-test.ts';

/** A distribution point that is nothing but a static web server. */
async function pointOf(files: Map<string, Buffer | string>) {
  const server = createServer((request, response) => {
    const body = files.get(request.url?.slice(1) ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
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
