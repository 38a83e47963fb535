/** An object of JSON, as a schema or a document of them is. */
type Json = Readonly<Record<string, unknown>>;

/** Below this a reference says less than the schema itself. */
const worthANameChars = 120;

/**
 * Schemas by the name under which their module exports them, so that the document's types carry the names that the
 * code uses (`StepNodeSchema` is `StepNode`). Of two names for one shape the first in the alphabet stands.
 * @returns names by the schema's JSON
 */
export function namedSchemas(exported: Json): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(exported).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!/^[A-Z]/.test(name) || !isSchema(value)) continue;
    const text = JSON.stringify(value);
    if (text.length >= worthANameChars && !names.has(text)) names.set(text, name.replace(/Schema$/, ''));
  }
  return names;
}

/**
 * Puts a reference in the place of every schema that has a name.
 * @returns the value with references, and the schemas that it refers to, themselves with references
 */
export function hoistSchemas(
  value: unknown,
  names: ReadonlyMap<string, string>,
): { value: unknown; schemas: Record<string, unknown> } {
  const schemas = new Map<string, unknown>();
  const hoist = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(hoist);
    if (typeof node !== 'object' || node === null) return node;
    const name = isSchema(node) ? names.get(JSON.stringify(node)) : undefined;
    if (name === undefined) return inside(node);
    if (!schemas.has(name)) {
      // Taken before its parts are looked at: the name stands even if they refer to it.
      schemas.set(name, null);
      schemas.set(name, inside(node));
    }
    return { $ref: name };
  };
  const inside = (node: object) =>
    Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, hoist(inner)]));
  const hoisted = hoist(value);
  return {
    value: hoisted,
    schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function isSchema(value: unknown): value is Json {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    ('type' in value || 'anyOf' in value || 'allOf' in value)
  );
}
