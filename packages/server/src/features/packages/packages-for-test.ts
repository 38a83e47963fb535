/** A site of its own for each test of packages, and the acts that they begin with. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { PackageDraft } from '@tenkai/domain';
import { packageRoutes } from '@tenkai/protocol';
import type { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { uploadFolder } from '@tenkai/testkit/upload-folder.ts';

/** A site that ends with the test. */
export async function site(t: TestContext, databaseUrl: string | undefined): Promise<TestServer> {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  return server;
}

/** Uploads files by path; the first part of each path is a folder of the package. */
export async function upload(
  t: TestContext,
  server: TestServer,
  files: Record<string, string>,
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-package-'));
  atEnd(t, () => rm(dir, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  const folders = [...new Set(Object.keys(files).map((path) => join(dir, path.split('/')[0] ?? '')))];
  return (await uploadFolder(server, ...folders)).contentId;
}

export const create = (
  server: TestServer,
  over: Partial<PackageDraft> = {},
  contentId: string | null = null,
) => server.call(packageRoutes.create, { body: { draft: aDraft(over), contentId } });
export const read = (server: TestServer, id = 'hello') => server.call(packageRoutes.get, { params: { id } });

/** The fields and codes with which a draft is refused; nothing may have changed. */
export async function refusal(
  server: TestServer,
  over: Partial<PackageDraft>,
  contentId: string | null = null,
) {
  const before = await dumpWorld(server);
  const found = await create(server, over, contentId).then(
    () => assert.fail('it was accepted'),
    ({ problem, status }: RemoteProblem) => {
      assert.deepEqual([status, problem.code], [422, 'draft-invalid']);
      return problem.problems ?? [];
    },
  );
  assert.deepEqual(await dumpWorld(server), before);
  return found;
}
