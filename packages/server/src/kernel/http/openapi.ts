import { definitions } from '@tenkai/domain/definitions.ts';
import * as domain from '@tenkai/domain/index.ts';
import * as api from '@tenkai/protocol/api/index.ts';
import type { AnyRoute } from '@tenkai/protocol/api/route.ts';
import { Problem } from '@tenkai/protocol/problem.ts';
import type { TSchema } from 'typebox';
import { csrfHeader, sessionCookie } from '../access/access.ts';
import { hoistSchemas, namedSchemas } from './openapi-components.ts';

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
}

/** The API as an OpenAPI 3.1 document, from the same routes that the server checks requests by. */
export function openApiDocument(routes: readonly AnyRoute[], version: string) {
  const sorted = [...routes].sort((a, b) => (a.path + a.method < b.path + b.method ? -1 : 1));
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of sorted) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  const hoisted = hoistSchemas({ paths, definitions }, namedSchemas({ ...domain, ...api }));
  const { paths: written } = hoisted.value as { paths: unknown };
  return toComponents({
    openapi: '3.1.0',
    info: {
      title: 'Tenkai',
      version,
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: written,
    components: {
      schemas: { ...hoisted.schemas, Problem },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token (tenkai_…).' },
        session: { type: 'apiKey', in: 'cookie', name: sessionCookie },
      },
    },
  });
}

const description = [
  'Everything that the console and the command line can do.',
  `Programs send an API token. A browser session sends the header ${csrfHeader} with every request that changes something.`,
  'Times are epoch milliseconds. Every refusal is a Problem with a stable code.',
].join(' ');

function operation(route: AnyRoute) {
  const [, , , tag = 'other'] = route.path.split('/');
  return {
    operationId: operationId(route),
    tags: [tag],
    summary: route.summary,
    'x-permission': route.permission,
    ...(route.permission === 'public' ? { security: [] } : { security: [{ token: [] }, { session: [] }] }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body ? { requestBody: { required: true, content: json(route.body) } } : {}),
    responses: {
      200: { description: 'Done.', content: json(route.reply) },
      default: { description: 'A refusal.', content: json({ $ref: 'Problem' } as TSchema) },
    },
  };
}

/** `GET /api/v1/machines/:id/timeline` is getMachinesTimelineById. */
function operationId({ method, path }: AnyRoute): string {
  const words = path.split('/').slice(3);
  const nouns = words.filter((word) => !word.startsWith(':')).flatMap((word) => word.split(/[-.]/));
  const keys = words.filter((word) => word.startsWith(':')).map((word) => capital(word.slice(1)));
  const by = keys.length > 0 ? `By${keys.join('And')}` : '';
  return `${method.toLowerCase()}${nouns.map(capital).join('')}${by}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function parameters(schema: TSchema | undefined, place: 'path' | 'query') {
  const { properties = {}, required = [] } = (schema ?? {}) as ObjectSchema;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function json(schema: TSchema) {
  return { 'application/json': { schema } };
}

/** Named schemas refer to each other by bare names; OpenAPI wants a pointer into the document. */
function toComponents(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toComponents);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isBareRef = key === '$ref' && typeof inner === 'string' && !inner.startsWith('#');
      return [key, isBareRef ? `#/components/schemas/${inner}` : toComponents(inner)];
    }),
  );
}
