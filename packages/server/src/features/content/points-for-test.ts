/** A site with a distribution point that a real web server publishes. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type DistributionPointDraft, packageRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startNginx } from '@tenkai/testkit/nginx.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { uploadFolder } from '@tenkai/testkit/upload-folder.ts';
import { CHUNK_SIZE_BYTES } from '@tenkai/transfer';

export async function scratch(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-points-'));
  atEnd(t, () => rm(dir, { recursive: true, force: true }));
  return dir;
}

interface World {
  readonly server: TestServer;
  readonly dir: string;
  readonly folder: string;
  readonly baseUrl: string;
  readonly draft: DistributionPointDraft;
}

/** A site with a package of two chunks, and an nginx that publishes an empty folder. */
export async function withNginx(t: TestContext, databaseUrl?: string): Promise<World> {
  const dir = await scratch(t);
  const folder = join(dir, 'published');
  await mkdir(folder);
  const nginx = await startNginx({ root: folder });
  atEnd(t, () => nginx.stop());
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  await mkdir(join(dir, 'hello'));
  await writeFile(join(dir, 'hello', 'setup.sh'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  await writeFile(join(dir, 'hello', 'big.bin'), randomBytes(CHUNK_SIZE_BYTES + 1));
  const baseUrl = nginx.plainUrl.replace(/\/$/, '');
  const draft = {
    name: 'Branch office',
    baseUrl,
    folder,
    isEnabled: true,
    takesAll: true,
    hasFileView: false,
    preference: 10,
  };
  return { server, dir, folder, baseUrl, draft };
}

/** Uploads the folder as the package `hello`; its manifest. */
export async function makePackage({ server, dir }: World) {
  const manifest = await uploadFolder(server, join(dir, 'hello'));
  await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: manifest.contentId } });
  return manifest;
}

/** Where the package is, as [name, state]. */
export const places = async ({ server }: World) =>
  (await server.call(packageRoutes.get, { params: { id: 'hello' } })).places.map(({ name, state }) => [
    name,
    state,
  ]);
