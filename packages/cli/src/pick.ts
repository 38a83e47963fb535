import { Failure } from '@tenkai/domain/failure.ts';
import './failures.ts';

export interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * The one object that a person means by its id or its name, in whatever case.
 * @throws Failure not-found, name-ambiguous
 */
export function pick<T extends Named>(items: readonly T[], text: string, what: string): T {
  const exact = items.find((item) => item.id === text);
  if (exact) return exact;
  const key = text.normalize('NFKC').toLowerCase();
  const named = items.filter((item) => item.name.normalize('NFKC').toLowerCase() === key);
  const [first, second] = named;
  if (first && !second) return first;
  if (!first) throw new Failure('not-found', { what, id: text });
  throw new Failure('name-ambiguous', {
    name: text,
    what: `${what}s`,
    ids: named.map(({ id }) => id).join(', '),
  });
}
