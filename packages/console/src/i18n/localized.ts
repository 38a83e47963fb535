/**
 * The shape that another language must fill for a table of English texts: the same keys, free texts. Japanese has
 * no singular of its own, so `_one` is not asked for.
 */
export type Localized<T> = {
  readonly [K in keyof T as K extends `${string}_one` ? never : K]: T[K] extends string
    ? string
    : Localized<T[K]>;
};
