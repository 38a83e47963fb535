import type { Static, TSchema } from 'typebox';

/** Who may call a route. `public`: anybody; `self`: any signed-in user, about themselves. */
export type Permission =
  | 'public'
  | 'self'
  | 'view'
  | 'operate'
  | 'manage-packages'
  | 'manage-collections'
  | 'manage-scenarios'
  | 'manage-machines'
  | 'push-agents'
  | 'manage-users'
  | 'manage-site'
  | 'view-audit';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One route of the public API: its words, its permission and nothing of how it is done. */
export interface Route<
  P extends TSchema = TSchema,
  Q extends TSchema = TSchema,
  B extends TSchema = TSchema,
  R extends TSchema = TSchema,
> {
  readonly method: Method;
  /** With `:name` for parameters, from `/api/v1/` on. */
  readonly path: string;
  readonly permission: Permission;
  /** One sentence for the OpenAPI document. */
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly reply: R;
  /** Bytes; the kernel's limit of 1 MiB holds where absent. */
  readonly bodyLimit?: number;
}

/** Gives the route its types; the value is unchanged. */
export function defineRoute<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  route: Route<P, Q, B, R>,
): Route<P, Q, B, R> {
  return route;
}

// biome-ignore lint/suspicious/noExplicitAny: the table holds routes of every type
export type AnyRoute = Route<any, any, any, any>;
/** What a route does not declare it does not have: the schema then stays the constraint itself. */
type Declared<S> =
  NonNullable<S> extends infer D extends TSchema ? (TSchema extends D ? undefined : Static<D>) : undefined;
export type ParamsOf<T extends AnyRoute> = Declared<T['params']>;
export type QueryOf<T extends AnyRoute> = Declared<T['query']>;
export type BodyOf<T extends AnyRoute> = Declared<T['body']>;
export type ReplyOf<T extends AnyRoute> = Static<T['reply']>;
