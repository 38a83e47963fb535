import { randomBytes } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import type { AnyRoute } from '@tenkai/protocol/api/route.ts';
import {
  fastify as createServer,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { TSchema } from 'typebox';
import type { Access } from '../access/access.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { securityHeaders } from './headers.ts';
import { createListener, type Listener, type RequestListener, type Tls } from './listener.ts';
import { badHttpAnswer, refuse } from './refuse.ts';
import {
  type AgentHandler,
  type AgentRoute,
  addAgentRoute,
  addRoute,
  addStrangerRoute,
  type CarryOut,
  type Handler,
  type PublicHandler,
  type StrangerHandler,
} from './routes.ts';

/** The door of the server: features hang their routes here and never meet fastify's hooks. */
export interface Http {
  /** For what is not JSON (uploads, downloads, pages); everything else goes through the route table. */
  readonly fastify: FastifyInstance;
  /** Binds a handler to a route of the public API: permission, checks and documentation come from the route. */
  route<T extends AnyRoute>(route: T, handler: Handler<T>): void;
  /** The same for a route whose permission is `public`: the caller may be nobody. */
  publicRoute<T extends AnyRoute>(route: T, handler: PublicHandler<T>): void;
  /** Every route of the API that was bound, for its description. */
  readonly apiRoutes: readonly AnyRoute[];
  /** Answers addresses that no route knows, unless it returns false. */
  fallback: (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>;
  /** Binds a handler to an address below /agent; the agent's token decides who it is. */
  agentRoute: AddAgentRoute;
  /** Routes of agents with a token by `METHOD path`: the agents' door calls them without a request of fastify's. */
  readonly agentRoutes: ReadonlyMap<string, CarryOut>;
  /** Sees each request before the routes do; true: it has answered, or will. */
  door: (...request: Parameters<RequestListener>) => boolean;
}

interface AddAgentRoute {
  <B extends TSchema, Q extends TSchema>(
    route: AgentRoute<B, Q> & { readonly proof: 'none' },
    handler: StrangerHandler<B, Q>,
  ): void;
  <B extends TSchema, Q extends TSchema>(
    route: AgentRoute<B, Q> & { readonly proof?: 'token' },
    handler: AgentHandler<B, Q>,
  ): void;
}

export interface HttpOptions {
  readonly log: Log;
  readonly access: Access;
  readonly metrics: Metrics;
  /** Absent behind gateways, which speak TLS in its place and say whom they speak for. */
  readonly tls?: Tls;
  /** In tests: an answer that its schema does not describe is a failure rather than a surprise. */
  readonly checkReplies?: boolean;
}

const defaultBodyLimit = 1024 * 1024;

/** Builds the server without listening. The fastify instance is always typed as HTTPS. */
export function createHttp(options: HttpOptions): Http {
  const fastify = createFastify(options, (...request) => http.door(...request));
  const paths = new Map<string, Set<string>>();
  countRequests(fastify, options.metrics);
  fastify.addHook('onRoute', ({ method, url }) => {
    const methods = paths.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    paths.set(url, methods);
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    reply.headers(securityHeaders).header('x-request-id', request.id);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    done(null, payload);
  });
  fastify.setErrorHandler((error, request, reply) => refuse(options.log, error, request, reply));
  const apiRoutes: AnyRoute[] = [];
  const add = (route: AnyRoute, handler: unknown) => {
    apiRoutes.push(route);
    addRoute({ ...options, fastify }, route, handler as never);
  };
  const agentRoutes = new Map<string, CarryOut>();
  const addAgent = (route: AgentRoute, handler: unknown) => {
    if (route.proof === 'none') return addStrangerRoute({ ...options, fastify }, route, handler as never);
    const carryOut = addAgentRoute({ ...options, fastify }, route, handler as never);
    agentRoutes.set(`${route.method} ${route.path}`, carryOut);
  };
  const http: Http = {
    fastify,
    apiRoutes,
    agentRoutes,
    door: () => false,
    fallback: async () => false,
    route: add,
    publicRoute: add,
    agentRoute: addAgent as AddAgentRoute,
  };
  fastify.setNotFoundHandler(async (request, reply) => {
    if (await http.fallback(request, reply)) return reply;
    throw nothingThere(paths, request.method, request.url.split('?')[0] ?? '');
  });
  return http;
}

function createFastify({ log, tls }: HttpOptions, door: Http['door']): FastifyInstance {
  const fastify = createServer<Listener>({
    serverFactory: (routes) =>
      createListener(tls, (request, response) => {
        if (!door(request, response)) routes(request, response);
      }),
    // Of those who say for whom a request is, only the last is ours: the gateway that we have it from.
    trustProxy: tls === undefined ? (_address, hop) => hop === 0 : false,
    bodyLimit: defaultBodyLimit,
    forceCloseConnections: 'idle',
    genReqId: createRequestIds(),
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => {
      if (socket.writable) socket.end(badHttpAnswer(error));
      else socket.destroy();
    },
    frameworkErrors: (error, request, reply) => void refuse(log, error, request, reply),
    logger: false,
  });
  // Replies are plain JSON: what a schema forgets must fail a test, not vanish in silence.
  fastify.setSerializerCompiler(() => (value) => JSON.stringify(value));
  fastify.setValidatorCompiler(() => () => true);
  return fastify as unknown as FastifyInstance;
}

/** Eight digits of this process, eight that count: random bytes for each request would cost more than its token. */
function createRequestIds(): () => string {
  const process = randomBytes(4).toString('hex');
  let count = 0;
  return () => {
    count = (count + 1) % 2 ** 32;
    return process + count.toString(16).padStart(8, '0');
  };
}

function nothingThere(paths: Map<string, Set<string>>, method: string, path: string): Failure {
  const segments = path.split('/');
  const allowed = [...paths]
    .filter(([pattern]) => matches(pattern.split('/'), segments))
    .flatMap(([, set]) => [...set]);
  if (allowed.length === 0) return new Failure('no-such-address', { method, path });
  return new Failure('method-not-allowed', { method, path, allowed: [...new Set(allowed)].join(', ') });
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.at(-1) === '*') return false;
  return (
    pattern.length === path.length &&
    pattern.every((part, index) => part.startsWith(':') || part === path[index])
  );
}

function countRequests(fastify: FastifyInstance, metrics: Metrics) {
  const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
  const seconds = metrics.histogram(
    'tenkai_http_request_duration_seconds',
    'Time to answer, by route.',
    bounds,
  );
  const series = new Map<string, (value: number) => void>();
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const key = `${request.method} ${reply.statusCode} ${route}`;
    let observe = series.get(key);
    if (!observe) {
      observe = seconds.of({ route, method: request.method, status: String(reply.statusCode) });
      series.set(key, observe);
    }
    observe(reply.elapsedTime / 1000);
    done();
  });
}
