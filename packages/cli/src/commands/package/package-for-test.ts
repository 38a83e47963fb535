import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { type Cli, cliOf } from '@tenkai/testkit/tenkai-cli.ts';

export let server: TestServer;
before(async () => {
  server = await startTestServer({ listen: true });
});
after(() => server.stop());

/** A command line of its own and a folder with these files; scripts can be run. */
export async function withFolder(
  t: TestContext,
  files: Record<string, string>,
): Promise<{ cli: Cli; dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-cli-package-'));
  atEnd(t, () => rm(dir, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), text, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  return { cli: await cliOf(t, server), dir };
}
