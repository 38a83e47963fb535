import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoutes } from '@tenkai/protocol';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { uploadFolder } from '@tenkai/testkit/upload-folder.ts';
import { createFakeClock } from '../../kernel/clock.ts';

const id = 'tenkai-agent-TK1001';

onBothEngines(
  'AGENT-14: a patch of the agent is had by its id without a token, the newest of it, and nothing else is',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock(Date.UTC(2026, 0, 5, 2));
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const work = await mkdtemp(join(tmpdir(), 'tenkai-agent-patches-test-'));
    atEnd(t, () => rm(work, { recursive: true, force: true }));
    await mkdir(join(work, id));
    await writeFile(join(work, id, 'secret.txt'), 'not for everybody');
    /** More than one chunk, so that it is put together on the way. */
    const bytes = Buffer.alloc(6 * 1024 * 1024, 'patch ');
    const draft = aDraft({ id });
    const save = async (content: Buffer | string) => {
      await writeFile(join(work, id, 'patch.tkp'), content);
      return (await uploadFolder(server, join(work, id))).contentId;
    };
    await server.call(packageRoutes.create, { body: { draft, contentId: await save('first') } });
    const ask = async (name: string) => {
      const { statusCode, rawPayload } = await server.kernel.http.fastify.inject({
        url: `${agentPaths.patches}/${name}`,
      });
      return { statusCode, rawPayload };
    };
    assert.deepEqual(await ask('TK1001'), { statusCode: 200, rawPayload: Buffer.from('first') });
    const body = { draft: { ...draft, version: '1.1' }, contentId: await save(bytes), revision: 1 };
    await server.call(packageRoutes.update, { params: { id }, body });
    for (const name of ['TK1001', 'TK1001.tkp']) {
      const { statusCode, rawPayload } = await ask(name);
      assert.deepEqual([statusCode, rawPayload.equals(bytes)], [200, true], name);
    }
    await server.call(packageRoutes.create, { body: { draft: aDraft({ id: 'hello' }), contentId: null } });
    await server.call(packageRoutes.create, {
      body: { draft: aDraft({ id: 'tenkai-agent-TK1002' }), contentId: null },
    });
    for (const name of [
      'TK1002',
      'tk1001',
      'hello',
      'TK1001%2fsecret.txt',
      '..%2fTK1001',
      'TK1001.tkp.tkp',
    ]) {
      const { statusCode, rawPayload } = await ask(name);
      const { code } = JSON.parse(rawPayload.toString()) as { code: string };
      assert.deepEqual([statusCode, code], [404, 'agent-patch-not-at-site'], name);
    }
    const answers = await Promise.all(Array.from({ length: 120 }, () => ask('TK1003')));
    assert.ok(
      answers.some(({ statusCode }) => statusCode === 429),
      'a stranger cannot ask for ever',
    );
  },
);
