import type { Static } from 'typebox';
import * as Type from 'typebox';

/** Comparison of versions by the rules of the package manager that holds the package. */
export const VersionOperator = Type.Union([
  Type.Literal('='),
  Type.Literal('!='),
  Type.Literal('<'),
  Type.Literal('<='),
  Type.Literal('>'),
  Type.Literal('>='),
]);
export type VersionOperator = Static<typeof VersionOperator>;
