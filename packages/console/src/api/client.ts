import { type Client, createClient } from '@tenkai/protocol/client.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { siteClock } from './site-clock.ts';

const timeoutMs = 60_000;
const csrfHeader = 'x-tenkai-csrf';

let csrf = '';

/** The token that belongs to the session; each request that changes something must carry it. */
export function setCsrf(token: string): void {
  csrf = token;
}

/** Headers of every request; uploads of raw bytes need them too. */
export function requestHeaders(): Record<string, string> {
  return csrf === '' ? {} : { [csrfHeader]: csrf };
}

/** The one door to the site. */
export const call: Client = createClient({
  baseUrl: '',
  headers: requestHeaders,
  fetch: async (input, init) => {
    const answer = await globalThis.fetch(input, { ...init, credentials: 'same-origin' });
    siteClock.hear(answer.headers.get('date'));
    return answer;
  },
  timeoutMs,
});

/** True where the answer means: sign in (again). */
export function isSignedOut(error: unknown): boolean {
  return error instanceof RemoteProblem && error.status === 401;
}
