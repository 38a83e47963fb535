import { randomUUID } from 'node:crypto';
import { createApiToken } from '@tenkai/protocol/api/users.ts';
import type { ReachedSite } from './reach-site.ts';

/** The environment in which `tenkai` is an administrator of this site; of the caller's it has only the path. */
export async function cliEnvironment(site: ReachedSite, home: string): Promise<Record<string, string>> {
  const body = { name: `cli ${randomUUID()}`, role: 'administrator', expiresInDays: 1 } as const;
  const { secret } = await site.api(createApiToken, { body });
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    TENKAI_URL: site.baseUrl,
    TENKAI_TOKEN: secret,
    TENKAI_ROOT_FINGERPRINT: site.rootFingerprint,
  };
}
