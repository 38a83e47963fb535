import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { contentRoutes, packageRoutes } from '@tenkai/protocol';
import { createFakeClock } from '@tenkai/server/kernel/clock.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { dumpFolder } from '@tenkai/testkit/dump-tables.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { uploadFolder } from '@tenkai/testkit/upload-folder.ts';

const hourMs = 3_600_000;

async function siteWithFolder(t: TestContext, databaseUrl: string | undefined) {
  // Files bear the real time, so the site's clock starts there.
  const clock = createFakeClock(Date.now());
  const server = await startTestServer({ databaseUrl, clock });
  atEnd(t, () => server.stop());
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-garbage-'));
  atEnd(t, () => rm(dir, { recursive: true, force: true }));
  const upload = async (name: string) => {
    await mkdir(join(dir, name));
    await writeFile(join(dir, name, 'file'), `content of ${name}`);
    return uploadFolder(server, join(dir, name));
  };
  const pass = async (hours: number) => {
    clock.advance(hours * hourMs);
    await server.kernel.jobs.idle();
  };
  const stored = async () => Object.keys(await dumpFolder(join(server.dataDir, 'content')));
  return { server, upload, pass, stored };
}

onBothEngines(
  'content that no package has is kept for a day, then deleted; content in use stays for ever',
  async (t, { databaseUrl }) => {
    const { server, upload, pass, stored } = await siteWithFolder(t, databaseUrl);
    const used = await upload('used');
    const unused = await upload('unused');
    await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: used.contentId } });
    assert.equal((await stored()).length, 4);

    await pass(23);
    assert.equal((await stored()).length, 4, 'an upload may still be under way');

    await pass(8);
    const left = await stored();
    assert.equal(left.length, 2);
    assert.ok(left.includes(`manifests/${used.contentId}.json`));
    assert.equal((await server.app.content.manifest(used.contentId)).contentId, used.contentId);
    await assert.rejects(server.app.content.hold(unused.contentId), { code: 'not-found' });
    await assert.rejects(
      server.call(packageRoutes.create, {
        body: { draft: aDraft({ id: 'late' }), contentId: unused.contentId },
      }),
      refusedWith('not-found', 404),
    );
    await pass(24 * 30);
    assert.deepEqual(await stored(), left);
  },
);

onBothEngines(
  'content of an older revision stays with its package and goes with it',
  async (t, { databaseUrl }) => {
    const { server, upload, pass, stored } = await siteWithFolder(t, databaseUrl);
    const [old, fresh] = [await upload('old'), await upload('fresh')];
    await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: old.contentId } });
    await server.call(packageRoutes.update, {
      params: { id: 'hello' },
      body: { draft: aDraft(), contentId: fresh.contentId, revision: 1 },
    });
    await pass(40);
    assert.equal((await stored()).length, 4);
    await server.call(packageRoutes.remove, { params: { id: 'hello' } });
    await pass(8);
    assert.deepEqual(await stored(), []);
  },
);

onBothEngines(
  'a question for missing parts renews the time for which they are kept',
  async (t, { databaseUrl }) => {
    const { server, upload, pass, stored } = await siteWithFolder(t, databaseUrl);
    const { contentId, files } = await upload('again');
    await pass(40);
    assert.deepEqual(await stored(), []);
    const chunks = files.flatMap((file) => file.chunks.map((chunk) => chunk.sha256));
    const { missing } = await server.call(contentRoutes.missing, { body: { chunks } });
    assert.deepEqual(missing, chunks);
    await assert.rejects(server.app.content.hold(contentId), { code: 'not-found' });
  },
);
