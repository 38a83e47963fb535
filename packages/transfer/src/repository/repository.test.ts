import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Failure } from '@tenkai/domain';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { publishContent } from '@tenkai/testkit/published-content.ts';
import { chunkPath, distinctChunks } from '../manifest/manifest.ts';
import {
  createKeyFile,
  initRepository,
  type Publication,
  pruneRepository,
  publishPackages,
  type RepositoryKey,
  readFolderIndex,
  readKeyFile,
  refreshRepository,
  refuseKeyInside,
  signIndex,
  trustIndex,
  verifyRepository,
  withdrawPackages,
} from './index.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 1);

async function setUp(t: Pick<TestContext, 'after'>) {
  const home = await mkdtemp(join(tmpdir(), 'tenkai-repository-'));
  atEnd(t, () => rm(home, { recursive: true, force: true }));
  const folder = join(home, 'published');
  const key = await createKeyFile(join(home, 'publisher.key'));
  await initRepository({ folder, keys: [key], now, name: 'Main', validDays: 30 });
  return { home, folder, key };
}

async function aPublication(t: Pick<TestContext, 'after'>, id: string, bytes: number): Promise<Publication> {
  const content = await publishContent({ 'app/setup.bin': bytes });
  atEnd(t, () => content.remove());
  const { manifest, store } = content;
  const readChunk = (sha256: string) => readFile(store.pathOf(sha256));
  return { draft: aDraft({ id }), manifest, readChunk };
}

const textOf = (folder: string) => readFile(join(folder, 'index.json'), 'utf8');
const refused = (code: string) => (error: unknown) => error instanceof Failure && error.code === code;

test('BAUT-23: publishing stores description, manifest and chunks before it exchanges the index', async (t) => {
  const { folder, key } = await setUp(t);
  const app = await aPublication(t, 'app', 9_000_000);
  const seen: number[] = [];
  const watched: Publication = {
    ...app,
    readChunk: async (sha256) => {
      seen.push((await readFolderIndex(folder)).index.version);
      return app.readChunk(sha256);
    },
  };
  const published = await publishPackages({ folder, keys: [key], now: now + 1 }, [watched]);
  assert.deepEqual(seen, [1, 1, 1], 'the old index stays until everything is there');
  assert.deepEqual(published.changed, ['app']);
  assert.equal(published.bytesAdded, 9_000_000);
  const report = await verifyRepository({ folder, now: now + 2, fingerprint: key.fingerprint });
  assert.deepEqual(report.problems, []);
  assert.equal(report.index.version, 2);
  assert.equal(report.index.expiresAt, now + 1 + 30 * day);
  const again = await publishPackages({ folder, keys: [key], now: now + 5 }, [app]);
  assert.deepEqual([again.changed, again.index.version], [[], 2], 'the same again makes no new version');
  for (const name of await readdir(folder)) assert.ok(!name.includes('.tmp'), name);
  assert.equal((await stat(join(folder, 'index.json'))).mode & 0o777, 0o644);
});

test('BAUT-23: readers find a whole index at every moment while it is exchanged again and again', async (t) => {
  const { folder, key } = await setUp(t);
  let isOver = false;
  let reads = 0;
  const read = async () => {
    for (let seen = null as ReturnType<typeof trustIndex>['seen'] | null; !isOver; reads++) {
      seen = trustIndex(await textOf(folder), { fingerprint: key.fingerprint, seen, now }).seen;
    }
  };
  const reader = read();
  const publisher = async () => {
    for (let round = 0; round < 15; round++) await refreshRepository({ folder, keys: [key], now });
  };
  // Two publishers on one folder: each index gets a number of its own.
  await Promise.all([publisher(), publisher()]);
  isOver = true;
  await reader;
  assert.equal((await readFolderIndex(folder)).index.version, 31);
  assert.ok(reads > 0);
});

test('the key is for its owner alone, is never overwritten, and never lies in what is published', async (t) => {
  const { home, folder, key } = await setUp(t);
  const path = join(home, 'publisher.key');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await readKeyFile(path)).fingerprint, key.fingerprint);
  await assert.rejects(createKeyFile(path), refused('repository-key-file'));
  await assert.rejects(
    refuseKeyInside(folder, join(folder, 'sub', 'k.key')),
    refused('repository-key-inside'),
  );
  await refuseKeyInside(folder, path);
  await assert.rejects(
    initRepository({ folder, keys: [key], now, name: 'Main', validDays: 30 }),
    refused('repository-exists'),
  );
  const stranger = await createKeyFile(join(home, 'stranger.key'));
  await assert.rejects(
    refreshRepository({ folder, keys: [stranger], now }),
    refused('repository-key-unknown'),
  );
});

test('BAUT-21: an index is believed only from the pinned key, unexpired, and never an older one', async (t) => {
  const { home, folder, key } = await setUp(t);
  const { fingerprint } = key;
  const first = await textOf(folder);
  await refreshRepository({ folder, keys: [key], now: now + day });
  const second = await textOf(folder);
  const { seen } = trustIndex(second, { fingerprint, seen: null, now: now + day });
  assert.equal(seen.version, 2);
  const at = { fingerprint, seen, now: now + day };
  assert.throws(() => trustIndex(first, at), refused('repository-rolled-back'));
  assert.throws(() => trustIndex(second, { ...at, now: now + 31 * day }), refused('repository-expired'));
  assert.doesNotThrow(() => trustIndex(second, { ...at, now: now + 31 * day - 1 }));
  const stranger = await createKeyFile(join(home, 'stranger.key'));
  const { index } = await readFolderIndex(folder);
  const foreign = JSON.stringify(signIndex(index, [stranger]));
  assert.throws(() => trustIndex(foreign, at), refused('repository-key-unknown'));
  assert.throws(() => trustIndex(second.replace('Main', 'Mein'), at), refused('repository-signature'));
  assert.throws(() => trustIndex(withOurName(foreign, key), at), refused('repository-signature'));
  const fork = JSON.stringify(signIndex({ ...index, name: 'Fork' }, [key]));
  assert.throws(() => trustIndex(fork, at), refused('repository-forked'));
  for (const text of ['', '[]', '{"body":"{}","signatures":[]}', second.slice(0, -5)])
    assert.throws(() => trustIndex(text, at), refused('repository-invalid'), text);
});

/** A stranger's signature under our public key. */
function withOurName(text: string, key: RepositoryKey): string {
  const signed = JSON.parse(text);
  signed.signatures[0].publicKey = key.publicKey;
  return JSON.stringify(signed);
}

test('a key is changed by signing with both for a time', async (t) => {
  const { home, folder, key } = await setUp(t);
  const next = await createKeyFile(join(home, 'next.key'));
  await refreshRepository({ folder, keys: [key, next], now });
  for (const { fingerprint } of [key, next])
    assert.equal(trustIndex(await textOf(folder), { fingerprint, seen: null, now }).index.version, 2);
  await refreshRepository({ folder, keys: [next], now });
  const text = await textOf(folder);
  assert.equal(trustIndex(text, { fingerprint: next.fingerprint, seen: null, now }).index.version, 3);
  const { fingerprint } = key;
  assert.throws(() => trustIndex(text, { fingerprint, seen: null, now }), refused('repository-key-unknown'));
});

test('verify names what is damaged or missing; prune keeps what the index names and what is young', async (t) => {
  const { folder, key } = await setUp(t);
  const [kept, gone] = [await aPublication(t, 'kept', 5_000_000), await aPublication(t, 'gone', 1000)];
  await publishPackages({ folder, keys: [key], now }, [kept, gone]);
  const index = await withdrawPackages({ folder, keys: [key], now }, ['gone']);
  assert.deepEqual(
    index.packages.map(({ id }) => id),
    ['kept'],
  );
  const clock = Date.now();
  assert.equal((await pruneRepository({ folder, now: clock }, day)).deletedFiles, 0);
  for (const name of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (name.isFile()) await utimes(join(name.parentPath, name.name), new Date(0), new Date(0));
  const pruned = await pruneRepository({ folder, now: clock }, day);
  assert.deepEqual([pruned.deletedFiles, pruned.deletedChunks], [2, 1]);
  assert.deepEqual((await verifyRepository({ folder, now })).problems, []);
  const [chunk = ''] = distinctChunks(kept.manifest ?? assert.fail()).keys();
  await writeFile(join(folder, chunkPath(chunk)), 'other bytes');
  const { problems } = await verifyRepository({ folder, now, fingerprint: '0'.repeat(64) });
  assert.equal(problems.length, 2);
  assert.match(problems.join('\n'), new RegExp(`kept: ${chunkPath(chunk)} is missing or damaged`));
});
