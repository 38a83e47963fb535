/** What pages keep in the address. Whatever does not fit is left out, so that an old link never breaks a page. */

type Raw = Readonly<Record<string, unknown>>;

export function textOf(raw: Raw, name: string): string | undefined {
  const value = raw[name];
  // The router reads `?search=12` as a number.
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function oneOf<const T extends string>(raw: Raw, name: string, allowed: readonly T[]): T | undefined {
  return allowed.find((each) => each === raw[name]);
}

/** Leaves out what is undefined, so that the address holds only what was chosen. */
export function given<T extends Record<string, unknown>>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
