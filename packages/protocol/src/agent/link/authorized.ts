import type { TSchema } from 'typebox';
import { RemoteProblem } from '../../problem.ts';
import type { Carrier } from './channel-calls.ts';
import type { SiteClient, SiteRequest } from './site-client.ts';
import type { TokenSource } from './token.ts';

export interface AuthorizedDeps {
  readonly client: SiteClient;
  readonly tokens: TokenSource;
  /** The open channel, for calls that may be asked twice. */
  readonly calls?: Carrier | null;
}

/** A call with a token; one that the site no longer takes (it was restarted, or revoked it) is replaced once. */
export async function authorizedCall<T extends TSchema>(deps: AuthorizedDeps, request: SiteRequest<T>) {
  const { client, tokens } = deps;
  const token = await tokens.get(request.signal);
  try {
    // Whichever channel is open when the token is there.
    return await client.call({ ...request, token, via: deps.calls });
  } catch (error) {
    if (!(error instanceof RemoteProblem) || error.status !== 401) throw error;
    tokens.discard();
    const anew = await tokens.get(request.signal);
    return client.call({ ...request, token: anew, via: deps.calls });
  }
}
