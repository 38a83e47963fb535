/**
 * The query language's tree. A comparison holds of a machine when it holds of one of the values that the attribute
 * has there (an address of several, a software of several with that name); `!=` is *not =*: it holds when no value
 * is equal, also when there is none.
 */
export type Rule =
  | { readonly kind: 'and'; readonly parts: readonly Rule[] }
  | { readonly kind: 'or'; readonly parts: readonly Rule[] }
  | { readonly kind: 'not'; readonly part: Rule }
  | Comparison;

export type ComparisonOperator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'contains'
  /** A pattern of the whole text with `*` and `?`. */
  | 'matches'
  /** One of a list; for addresses, inside one of a list of subnets. */
  | 'in'
  | 'exists';

export interface Comparison {
  readonly kind: 'comparison';
  readonly attribute: Attribute;
  readonly operator: ComparisonOperator;
  /** As written: `8GiB` stays `8GiB`. None for `exists`, one or more for `in`, else one. */
  readonly values: readonly string[];
}

/** `os.id`; with `key` for those that have one: `property.room`, `software["nginx"].version`. */
export interface Attribute {
  readonly name: string;
  readonly key?: string;
}

/** How deep a rule may be nested, and how many comparisons it may have; its length is `queryMaxLength`. */
export const ruleLimits = { depth: 32, comparisons: 200 } as const;
