import fc from 'fast-check';

type Path = readonly (string | number)[];

/** What one place of a request is replaced by: wrong types, wrong sizes, characters that are trouble somewhere. */
const replacements: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  Number.MAX_SAFE_INTEGER + 2,
  '',
  ' ',
  'nul\u0000',
  'half \ud800',
  'bell \u0007',
  '../../etc/passwd',
  "'; DROP TABLE packages; --",
  '%s%n',
  'ａ',
  'x'.repeat(300),
  'x'.repeat(70_000),
  [],
  {},
  [[]],
  { __proto__: null, constructor: { prototype: { polluted: true } } },
];

/** A valid JSON value with exactly one thing wrong, or at least different, in it. */
export function oneMutation<T>(valid: T): fc.Arbitrary<{ value: unknown; what: string }> {
  const paths = pathsOf(valid);
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(...paths), fc.constantFrom(...replacements))
        .map(([path, by]) => replaced(valid, path, by)),
    },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom(...paths.filter((path) => path.length > 0))
        .map((path) => removed(valid, path)),
    },
    { weight: 1, arbitrary: fc.constantFrom(...paths).map((path) => added(valid, path)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...paths), fc.jsonValue())
        .map(([path, by]) => replaced(valid, path, by)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...paths), fc.constantFrom(70, 1500))
        .map(([path, depth]) => replaced(valid, path, nested(depth))),
    },
  );
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, item]) =>
      pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function replaced(valid: unknown, path: Path, by: unknown) {
  const shown = JSON.stringify(by)?.slice(0, 60);
  return { what: `${path.join('.')} = ${shown}`, value: changed(valid, path, () => by) };
}

function removed(valid: unknown, path: Path) {
  const last = path.at(-1) as string | number;
  const value = changed(valid, path.slice(0, -1), (parent) => {
    if (Array.isArray(parent)) return parent.filter((_, index) => index !== last);
    return Object.fromEntries(Object.entries(parent as object).filter(([key]) => key !== last));
  });
  return { what: `without ${path.join('.')}`, value };
}

function added(valid: unknown, path: Path) {
  const value = changed(valid, path, (item) => {
    if (Array.isArray(item)) return [...item, ...item, 'more'];
    if (typeof item === 'object' && item !== null) return { ...item, unknownField: 1 };
    return { unknownField: item };
  });
  return { what: `${path.join('.')} with more`, value };
}

/** Deep enough to overflow what recurses without a limit, in the shapes of conditions and of steps. */
function nested(depth: number): unknown {
  let value: unknown = { kind: 'file-exists', path: '/x' };
  for (let level = 0; level < depth; level++)
    value = level % 2 === 0 ? { kind: 'not', of: value } : { kind: 'all', of: [value] };
  return value;
}

function changed(value: unknown, path: Path, change: (item: unknown) => unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  copy[first] = changed(copy[first], rest, change);
  return copy;
}
