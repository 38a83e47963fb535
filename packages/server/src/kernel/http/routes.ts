import type { AnyRoute, BodyOf, Method, ParamsOf, QueryOf, ReplyOf } from '@tenkai/protocol/api/route.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Access } from '../access/access.ts';
import type { AgentClaims } from '../access/agent-token.ts';
import type { Caller } from '../access/caller.ts';
import { compileCheck, type Side } from './validate.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route of the API that this address carries out; the OpenAPI document is made of it. */
    apiRoute?: AnyRoute;
    /** Media type of the body, for the sentence of a refusal. */
    accepts?: string;
  }
}

/** What a handler gets: everything checked, and the raw request for headers, address and streams. */
export interface Call<T extends AnyRoute> {
  readonly caller: Caller;
  readonly params: ParamsOf<T>;
  readonly query: QueryOf<T>;
  readonly body: BodyOf<T>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export type Handler<T extends AnyRoute> = (call: Call<T>) => Promise<ReplyOf<T>>;
export type PublicHandler<T extends AnyRoute> = (
  call: Omit<Call<T>, 'caller'> & { readonly caller: Caller | undefined },
) => Promise<ReplyOf<T>>;

/** An address for agents. */
export interface AgentRoute<B extends TSchema = TSchema, Q extends TSchema = TSchema> {
  readonly method: Method;
  readonly path: string;
  readonly body?: B;
  readonly query?: Q;
  /** `none` for what comes before a token: greeting, enrollment, challenge. Default: `token`. */
  readonly proof?: 'token' | 'none';
  readonly bodyLimit?: number;
}

export interface AgentCall<B extends TSchema, Q extends TSchema> {
  readonly agent: AgentClaims;
  readonly body: Static<B>;
  readonly query: Static<Q>;
}

/** Without a token there is only the request to go by. */
export interface StrangerCall<B extends TSchema, Q extends TSchema> {
  readonly body: Static<B>;
  readonly query: Static<Q>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export type AgentHandler<B extends TSchema, Q extends TSchema> = (call: AgentCall<B, Q>) => Promise<unknown>;
export type StrangerHandler<B extends TSchema, Q extends TSchema> = (
  call: StrangerCall<B, Q>,
) => Promise<unknown>;

export interface RouteContext {
  readonly fastify: FastifyInstance;
  readonly access: Access;
  readonly checkReplies?: boolean;
}

/** Admission comes before the body is read, so that a stranger costs nothing and learns nothing. */
export function addRoute<T extends AnyRoute>(context: RouteContext, route: T, handler: Handler<T>) {
  const checks = checksOf(route, 'api');
  const checkReply = context.checkReplies ? compileCheck(route.reply, 'reply', 'api') : undefined;
  const callers = new WeakMap<FastifyRequest, Caller>();
  context.fastify.route({
    method: route.method,
    url: route.path,
    config: { apiRoute: route },
    ...(route.bodyLimit ? { bodyLimit: route.bodyLimit } : {}),
    onRequest: async (request) => {
      const caller = await context.access.admit(request, route.permission);
      if (caller) callers.set(request, caller);
    },
    handler: async (request, reply) => {
      const caller = callers.get(request) as Caller;
      const result = await handler({ caller, ...checks(request), request, reply } as Call<T>);
      checkReply?.(JSON.parse(JSON.stringify(result ?? null)));
      return result ?? null;
    },
  });
}

/** What is left of an agent's request once its token was checked; a gateway hands it over in this form. */
export type CarryOut = (agent: AgentClaims, parts: { query: unknown; body: unknown }) => Promise<unknown>;

/** Binds a route of agents that have a token; the answer carries it out without an HTTP request. */
export function addAgentRoute<B extends TSchema, Q extends TSchema>(
  context: RouteContext,
  route: AgentRoute<B, Q>,
  handler: AgentHandler<B, Q>,
): CarryOut {
  const checks = checksOf(route, 'agent');
  const agents = new WeakMap<FastifyRequest, AgentClaims>();
  const carryOut: CarryOut = async (agent, parts) =>
    (await handler({ agent, ...checks(parts) } as AgentCall<B, Q>)) ?? null;
  context.fastify.route({
    ...addressOf(route),
    onRequest: async (request) => {
      agents.set(request, context.access.admitAgent(request.headers));
    },
    handler: (request) => carryOut(agents.get(request) as AgentClaims, request),
  });
  return carryOut;
}

/** Binds a route of agents that have no token yet. */
export function addStrangerRoute<B extends TSchema, Q extends TSchema>(
  context: RouteContext,
  route: AgentRoute<B, Q>,
  handler: StrangerHandler<B, Q>,
) {
  const checks = checksOf(route, 'agent');
  context.fastify.route({
    ...addressOf(route),
    handler: async (request, reply) =>
      (await handler({ ...checks(request), request, reply } as StrangerCall<B, Q>)) ?? null,
  });
}

function addressOf({ method, path, bodyLimit }: AgentRoute) {
  return { method, url: path, ...(bodyLimit ? { bodyLimit } : {}) };
}

interface Parts {
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
}

function checksOf(route: Parts, side: Side) {
  const params = route.params && compileCheck(route.params, 'params', side);
  const query = route.query && compileCheck(route.query, 'query', side);
  const body = route.body && compileCheck(route.body, 'body', side);
  return (request: { params?: unknown; query: unknown; body: unknown }) => ({
    params: params?.(request.params),
    query: query?.(request.query),
    body: body?.(request.body),
  });
}
