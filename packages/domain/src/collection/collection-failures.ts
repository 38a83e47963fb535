import { defineFailures, Failure } from '../failure.ts';

export const collectionFailures = defineFailures({
  'query-syntax': {
    kind: 'invalid',
    message: 'The query cannot be read at character {position}: expected {expected}, found {found}.',
    remedy: 'Correct the query there; the manual lists attributes and operators.',
  },
  'query-too-large': {
    kind: 'too-large',
    message: 'The query has more than {limit} {what}.',
    remedy: 'Divide it: several rules of one collection are joined by "or".',
  },
  'collection-cycle': {
    kind: 'conflict',
    message: 'Collections refer to each other in a circle: {path}.',
    remedy: 'Remove one of the references named in the path.',
  },
  'collection-too-deep': {
    kind: 'conflict',
    message: 'Collections refer to each other over more than {limit} steps.',
    remedy: 'Refer to the last of them directly.',
  },
  'collection-missing': {
    kind: 'conflict',
    message: 'Collection {by} refers to collection {id}, which does not exist.',
    remedy: 'Take the reference out of {by}, or choose another collection.',
  },
});

/** @param at index of the first character that does not fit; people count from 1 */
export function querySyntaxFailure(at: number, expected: string, found: string): Failure {
  const shown = found.length > 40 ? `${found.slice(0, 40)}…` : found;
  return new Failure('query-syntax', { position: at + 1, expected, found: shown === '' ? 'the end' : shown });
}
