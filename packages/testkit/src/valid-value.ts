import { definitions } from '@tenkai/domain/definitions.ts';

/** The words of JSON Schema that our schemas use. */
interface Schema {
  readonly $ref?: string;
  readonly const?: unknown;
  readonly type?: string;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
}

const texts = [
  'a',
  'name',
  'AAA',
  '0',
  '00:00',
  'https://site.example',
  'machine:m1',
  'a'.repeat(64),
  '0'.repeat(64),
  'A'.repeat(88),
];

/** A small value that fits the schema, such as a test can then spoil in one place. */
export function validValue(given: unknown): unknown {
  const schema = given as Schema;
  if (schema.$ref) return validValue((definitions as Record<string, unknown>)[schema.$ref]);
  if ('const' in schema) return schema.const;
  if (schema.anyOf) return validValue(schema.anyOf[0]);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(validValue));
  if (schema.type === 'object') return validObject(schema);
  if (schema.type === 'array')
    return Array.from({ length: schema.minItems ?? 0 }, () => validValue(schema.items));
  if (schema.type === 'string') return validText(schema);
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  return schema.type === 'boolean' ? false : null;
}

function validObject({ properties = {}, required = [] }: Schema) {
  return Object.fromEntries(required.map((name) => [name, validValue(properties[name])]));
}

function validText({ minLength = 0, pattern }: Schema): string {
  const fits = (text: string) =>
    text.length >= minLength && (!pattern || new RegExp(pattern, 'u').test(text));
  const found = [...texts, 'a'.repeat(minLength)].find(fits);
  if (found === undefined) throw new Error(`no sample text fits ${pattern}; add one to valid-value.ts`);
  return found;
}
