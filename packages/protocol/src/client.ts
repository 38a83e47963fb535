import type { AnyRoute, BodyOf, ParamsOf, QueryOf, ReplyOf } from './api/route.ts';
import { problemFromBody, RemoteProblem } from './problem.ts';

/** What of a call a route does not decide. */
export interface ClientOptions {
  /** `https://site:8443`, or empty in a browser. */
  readonly baseUrl: string;
  /** Called for each request: token, session's CSRF header. */
  readonly headers: () => Record<string, string>;
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
}

export interface CallInput<T extends AnyRoute> {
  readonly params?: ParamsOf<T>;
  readonly query?: QueryOf<T>;
  readonly body?: BodyOf<T>;
  readonly signal?: AbortSignal;
}

export type Client = <T extends AnyRoute>(route: T, input?: CallInput<T>) => Promise<ReplyOf<T>>;

/**
 * The one way in which console and CLI speak to a site.
 * @throws RemoteProblem for every refusal, also where the site cannot be reached (`status` 0).
 */
export function createClient(options: ClientOptions): Client {
  return async (route, input = {}) => {
    const response = await send(options, route, input);
    const text = await response.text();
    const body = parse(text);
    if (!response.ok) throw problemFromBody(response.status, body, response.headers.get('retry-after'));
    return body as never;
  };
}

async function send<T extends AnyRoute>(options: ClientOptions, route: T, input: CallInput<T>) {
  const limit = AbortSignal.timeout(options.timeoutMs);
  const hasBody = input.body !== undefined;
  try {
    return await options.fetch(options.baseUrl + address(route.path, input.params, input.query), {
      method: route.method,
      headers: { ...(hasBody ? { 'content-type': 'application/json' } : {}), ...options.headers() },
      ...(hasBody ? { body: JSON.stringify(input.body) } : {}),
      signal: input.signal ? AbortSignal.any([input.signal, limit]) : limit,
    });
  } catch (error) {
    if (input.signal?.aborted) throw error;
    throw unreachable(options.baseUrl, error);
  }
}

function unreachable(baseUrl: string, error: unknown): RemoteProblem {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return new RemoteProblem(0, {
    code: 'site-unreachable',
    message: `The site ${baseUrl} cannot be reached.`,
    detail: cause instanceof Error ? cause.message : String(cause),
    remedy: 'Check the address, the network and whether the site is running.',
  });
}

/** Path with its parameters and query filled in; undefined query values are left out. */
export function address(path: string, params?: unknown, query?: unknown): string {
  const values = (params ?? {}) as Record<string, string | number>;
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(values[name])));
  const entries = Object.entries((query ?? {}) as Record<string, unknown>).filter(
    ([, value]) => value !== undefined,
  );
  if (entries.length === 0) return filled;
  return `${filled}?${new URLSearchParams(entries.map(([name, value]) => [name, String(value)]))}`;
}

function parse(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
