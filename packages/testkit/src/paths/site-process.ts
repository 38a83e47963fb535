import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, createClient } from '@tenkai/protocol';
import { createApiToken, createFirstAdministrator } from '@tenkai/protocol/api/users.ts';
import type { Network } from '../rig/network.ts';
import { spawnOwned } from '../rig/own-process.ts';
import { makeRigFolder } from '../rig/rig-folder.ts';
import { until } from '../rig/until.ts';
import { pinnedFetch } from './pinned-fetch.ts';

/** The real server as a process of its own in a test's network, reached by hosts at `url` and by the test through `api`. */
export interface SiteProcess {
  /** As the machines of the network see it. */
  readonly url: string;
  readonly dataDir: string;
  readonly rootFingerprint: string;
  readonly api: Client;
  /** Raw request with the administrator's token, by a path. */
  request(path: string, init: RequestInit): Promise<Response>;
  log(): string;
  /** Ends it without a word, as a power failure does. */
  kill(): Promise<void>;
  /** Starts it again on the same data. */
  start(): Promise<void>;
  destroy(): Promise<void>;
}

const port = 8443;
const startLimitMs = 60_000;
const callLimitMs = 60_000;
const main = join(import.meta.dirname, '../../../server/src/main.ts');

export async function startSiteProcess(network: Network): Promise<SiteProcess> {
  const dataDir = await makeRigFolder('site');
  const env = {
    ...process.env,
    TENKAI_DATA: dataDir,
    TENKAI_PORT: String(port),
    TENKAI_NAMES: network.site.address,
    TENKAI_SITE: 'TST',
    TENKAI_LOG_LEVEL: 'info',
  };
  let text = '';
  let child: ReturnType<typeof spawnOwned> | undefined;
  const start = async () => {
    const before = text.length;
    const [program = '', ...args] = network.site.command([process.execPath, main]);
    child = spawnOwned(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
    }
    await until('the site is ready', () => text.slice(before).includes('Tenkai is ready'), startLimitMs);
  };
  const kill = async () => {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGKILL');
    await gone;
  };
  await start();
  const rootFingerprint = /root key ([0-9a-f]{64})/.exec(text)?.[1] ?? '';
  const forward = await network.forward(port);
  const baseUrl = `https://localhost:${forward.port}`;
  const fetchPinned = await pinnedFetch(baseUrl, rootFingerprint);
  const token = await becomeAdministrator(
    baseUrl,
    fetchPinned,
    /setup#(?:token=)?(\S+)/.exec(text)?.[1] ?? '',
  );
  const authorization = { authorization: `Bearer ${token}` };
  return {
    url: `https://${network.site.address}:${port}`,
    dataDir,
    rootFingerprint,
    api: createClient({ baseUrl, headers: () => authorization, fetch: fetchPinned, timeoutMs: callLimitMs }),
    request: (path, init) =>
      fetchPinned(baseUrl + path, { ...init, headers: { ...authorization, ...init.headers } }),
    log: () => text,
    kill,
    start,
    async destroy() {
      await kill();
      await forward.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function becomeAdministrator(
  baseUrl: string,
  fetchPinned: typeof fetch,
  setup: string,
): Promise<string> {
  let cookie = '';
  const keepCookie: typeof fetch = async (input, init) => {
    const response = await fetchPinned(input, init);
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return response;
  };
  const shared = { baseUrl, timeoutMs: callLimitMs };
  const password = randomBytes(18).toString('base64url');
  const stranger = createClient({ ...shared, headers: () => ({}), fetch: keepCookie });
  const { csrf } = await stranger(createFirstAdministrator, {
    body: { token: setup, name: 'tester', password },
  });
  const own = createClient({
    ...shared,
    headers: () => ({ cookie, 'x-tenkai-csrf': csrf }),
    fetch: fetchPinned,
  });
  const made = await own(createApiToken, {
    body: { name: 'tests', role: 'administrator', expiresInDays: 1 },
  });
  return made.secret;
}
