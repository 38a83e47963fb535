import { randomBytes } from 'node:crypto';
import { type Client, createClient } from '@tenkai/protocol';
import { createApiToken, createFirstAdministrator } from '@tenkai/protocol/api/users.ts';
import { pinnedFetch } from './pinned-fetch.ts';

/** A real site whose administrator the test has become. */
export interface ReachedSite {
  /** As this test reaches it. */
  readonly baseUrl: string;
  readonly rootFingerprint: string;
  readonly api: Client;
  /** Raw request with the administrator's token, by a path. */
  request(path: string, init: RequestInit): Promise<Response>;
  log(): string;
}

/** The site has much else to do on a busy computer. */
const callLimitMs = 300_000;

/** Uses the one-time link that a site has written at its first start, and trusts the root key that it named there. */
export async function reachSite(baseUrl: string, log: () => string): Promise<ReachedSite> {
  const rootFingerprint = /root key ([0-9a-f]{64})/.exec(log())?.[1] ?? '';
  const setup = /setup#(?:token=)?(\S+)/.exec(log())?.[1] ?? '';
  const fetchPinned = await pinnedFetch(baseUrl, rootFingerprint);
  const authorization = { authorization: `Bearer ${await becomeAdministrator(baseUrl, fetchPinned, setup)}` };
  return {
    baseUrl,
    rootFingerprint,
    api: createClient({ baseUrl, headers: () => authorization, fetch: fetchPinned, timeoutMs: callLimitMs }),
    request: (path, init) =>
      fetchPinned(baseUrl + path, { ...init, headers: { ...authorization, ...init.headers } }),
    log,
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
