import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setDefaultCACertificates } from 'node:tls';
import { type Client, createClient } from '@tenkai/protocol';
import { getSite } from '@tenkai/protocol/api/site.ts';
import { createApiToken, createFirstAdministrator, createSignInLink } from '@tenkai/protocol/api/users.ts';
import { type Child, startNode } from './processes.ts';

/** A running site, and the demonstration's right to act on it. */
export interface DemoSite {
  readonly url: string;
  readonly rootFingerprint: string;
  readonly api: Client;
  /** Sent as `authorization` where no route of the table fits (raw uploads). */
  readonly token: string;
  /** A link that signs in once, for whoever sits at the terminal. */
  signInLink(): Promise<string>;
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;
const callTimeoutMs = 60_000;

/** Starts a real site on the embedded database, as `npm start` does, with a first administrator. */
export async function startSite(root: string, dir: string): Promise<DemoSite> {
  await mkdir(dir, { recursive: true });
  const child = startNode({
    args: [join(root, 'packages/server/src/main.ts')],
    env: {
      TENKAI_DATA: join(dir, 'data'),
      TENKAI_PORT: process.env.TENKAI_PORT ?? '0',
      TENKAI_LISTEN: '127.0.0.1',
      TENKAI_SITE: 'DEM',
    },
    logFile: join(dir, 'server.log'),
  });
  try {
    return await enter(child);
  } catch (error) {
    await child.stop();
    throw error;
  }
}

async function enter(child: Child): Promise<DemoSite> {
  const [, printed = ''] = await child.line(/ready at (https:\S+)/, startTimeoutMs);
  const [, fingerprint = ''] = await child.line(/root key ([0-9a-f]{64})/, startTimeoutMs);
  const [, setupToken = ''] = await child.line(/setup#(?:token=)?(\S+)/, startTimeoutMs);
  // A machine as debootstrap leaves it has no /etc/hosts, and so no address for any name.
  const url = `https://127.0.0.1:${new URL(printed).port}`;
  await trust(url, fingerprint);
  const { token, userId } = await becomeAdministrator(url, setupToken);
  const api = clientWith(url, { authorization: `Bearer ${token}` });
  return {
    url,
    token,
    rootFingerprint: (await api(getSite)).rootFingerprint,
    api,
    async signInLink() {
      const link = await api(createSignInLink, { params: { id: userId } });
      return url + link.path;
    },
    stop: () => child.stop(),
  };
}

/** Trust on the fingerprint that the site printed on this machine, never on the network. */
async function trust(url: string, fingerprint: string): Promise<void> {
  const { fetchPinnedRoot } = await import('./pinned-root.ts');
  setDefaultCACertificates([await fetchPinnedRoot(url, fingerprint)]);
}

async function becomeAdministrator(url: string, setupToken: string) {
  let cookie = '';
  const keepCookie: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return response;
  };
  const stranger = createClient({
    baseUrl: url,
    headers: () => ({}),
    fetch: keepCookie,
    timeoutMs: callTimeoutMs,
  });
  const password = randomBytes(18).toString('base64url');
  const session = await stranger(createFirstAdministrator, {
    body: { token: setupToken, name: 'demo', password },
  });
  const own = clientWith(url, { cookie, 'x-tenkai-csrf': session.csrf });
  const made = await own(createApiToken, {
    body: { name: 'demonstration', role: 'administrator', expiresInDays: 1 },
  });
  return { token: made.secret, userId: session.user.id };
}

function clientWith(baseUrl: string, headers: Record<string, string>): Client {
  return createClient({ baseUrl, headers: () => headers, fetch, timeoutMs: callTimeoutMs });
}
