import type { TSchema } from 'typebox';
import { RemoteProblem } from '../../problem.ts';
import type { SiteClient, SiteRequest } from './site-client.ts';
import type { TokenSource } from './token.ts';

/** A call with a token; one that the site no longer takes (it was restarted, or revoked it) is replaced once. */
export async function authorizedCall<T extends TSchema>(
  { client, tokens }: { client: SiteClient; tokens: TokenSource },
  request: SiteRequest<T>,
) {
  const token = await tokens.get(request.signal);
  try {
    return await client.call({ ...request, token });
  } catch (error) {
    if (!(error instanceof RemoteProblem) || error.status !== 401) throw error;
    tokens.discard();
    return client.call({ ...request, token: await tokens.get(request.signal) });
  }
}
