import { definitions } from '@tenkai/domain/definitions.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import * as Value from 'typebox/value';

/** Who sends decides what happens to fields that the schema does not know. */
export type Side = 'api' | 'agent';

type Part = 'body' | 'query' | 'params' | 'reply';

/**
 * Compiles a check for one part of a request. Bodies are never coerced; query and path values are texts and
 * become what the schema says. From console and CLI an unknown field is a mistake and refused; from agents it
 * is a newer agent's word and dropped.
 * @returns a function that answers the accepted value, or throws Failure invalid-request (a reply: Error).
 */
export function compileCheck(schema: TSchema, part: Part, side: Side): (value: unknown) => unknown {
  const strict = (side === 'api' ? closed(schema) : schema) as TSchema;
  const context = side === 'api' ? closedDefinitions : definitions;
  // Compiled at the first request: a start does not pay for two hundred schemas at once.
  let validator: ReturnType<typeof compile> | undefined;
  const clean = side === 'agent' ? createCleaner(schema) : undefined;
  // Only a schema that refers to itself follows its input down; any other stops where it ends.
  const isRecursive = part === 'body' && JSON.stringify(schema).includes('"$ref"');
  return (given) => {
    validator ??= compile(context, strict);
    if (isRecursive) refuseDeep(given);
    const value = part === 'body' || part === 'reply' ? given : fromTexts(strict, given);
    if (!validator.Check(value)) {
      throw part === 'reply'
        ? new Error(describeAll(part, validator.Errors(value)))
        : invalid(part, validator.Errors(value));
    }
    return clean ? clean(value) : value;
  };
}

/** Far more than any tree of steps or conditions may have, and far less than what overflows the stack. */
const deepestNesting = 64;

/** Level by level and without recursion: the input may be nested ten thousand deep. @throws Failure invalid-request */
function refuseDeep(value: unknown) {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepestNesting) {
      const detail = `body: nested deeper than ${deepestNesting} levels`;
      throw new Failure('invalid-request', {}, { detail });
    }
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
}

/**
 * Drops fields that the schema does not know; what was given stays as it is. Nearly always there are none, which a
 * compiled check finds out fast.
 */
function createCleaner(schema: TSchema): (value: unknown) => unknown {
  let validator: ReturnType<typeof compile> | undefined;
  return (value) => {
    validator ??= compile(closedDefinitions, closed(schema) as TSchema);
    return validator.Check(value) ? value : Value.Clean(definitions as never, schema, structuredClone(value));
  };
}

function compile(context: unknown, schema: TSchema) {
  return Compile(context as Record<string, TSchema>, schema);
}

/** `?limit=5` holds texts: where the schema asks for a number or a boolean and the text is exactly one, it is one. */
function fromTexts(schema: TSchema, given: unknown): unknown {
  const properties = (schema as { properties?: Record<string, { type?: string }> }).properties ?? {};
  const entries = Object.entries((given ?? {}) as Record<string, unknown>);
  return Object.fromEntries(entries.map(([name, text]) => [name, fromText(properties[name]?.type, text)]));
}

function fromText(type: string | undefined, text: unknown): unknown {
  if (typeof text !== 'string') return text;
  if (type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === 'number' && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

interface SchemaError {
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

function invalid(part: Part, errors: readonly SchemaError[]) {
  return new Failure('invalid-request', {}, { detail: describeAll(part, errors) });
}

function describeAll(part: Part, errors: readonly SchemaError[]): string {
  const lines = errors.slice(0, 5).map((error) => `${part}${error.instancePath}: ${describe(error)}`);
  return lines.join('; ').slice(0, 1000);
}

function describe({ message, params }: SchemaError): string {
  const extra = (params as { additionalProperties?: unknown }).additionalProperties;
  return Array.isArray(extra) ? `unknown field ${extra.slice(0, 5).join(', ')}` : message;
}

/** A copy of the schema whose objects refuse fields that they do not name. Inside allOf each part sees a whole. */
export function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, isLiteral(key) ? value : closed(value)]);
  const copy = Object.fromEntries(entries) as Record<string, unknown>;
  if (Array.isArray((schema as { allOf?: unknown }).allOf)) {
    return { ...copy, allOf: (schema as { allOf: unknown[] }).allOf, unevaluatedProperties: false };
  }
  const namesFields = 'properties' in copy || 'patternProperties' in copy;
  const isOpenObject = copy.type === 'object' && namesFields && !('additionalProperties' in copy);
  return isOpenObject ? { ...copy, additionalProperties: false } : copy;
}

/** Below these keys lie values, not schemas. */
function isLiteral(key: string): boolean {
  return ['const', 'enum', 'default', 'examples', 'required'].includes(key);
}

const closedDefinitions = closed(definitions);
