import { QueryCache, QueryClient } from '@tanstack/react-query';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { isSignedOut } from './client.ts';

/** Live events say when something is old; this is for what no event tells. */
const staleMs = 30_000;
const maxRetries = 2;
const firstRetryMs = 1000;

let tellSignedOut: () => void = () => {};

/** Called when the site no longer knows the session: it ended, or the user was disabled. */
export function onSignedOut(handler: () => void): void {
  tellSignedOut = handler;
}

function onError(error: unknown): void {
  if (isSignedOut(error)) tellSignedOut();
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: staleMs,
      retry: (failures, error) => failures < maxRetries && isWorthRetrying(error),
      retryDelay,
    },
  },
});

/** What the site has asked for; else one second, then two. */
export function retryDelay(failures: number, error: unknown): number {
  const named = error instanceof RemoteProblem ? error.retryAfterMs : null;
  return named ?? firstRetryMs * 2 ** failures;
}

/** A refusal stays one; a site that could not be reached or was busy may answer the next time. */
function isWorthRetrying(error: unknown): boolean {
  if (!(error instanceof RemoteProblem)) return false;
  return error.status === 0 || error.status === 502 || error.status === 503;
}
