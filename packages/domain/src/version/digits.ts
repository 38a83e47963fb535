/** How two versions stand to each other: before, same place, after. */
export type Order = -1 | 0 | 1;

export function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

/** Order of two texts by UTF-16 code units. */
export function compareText(a: string, b: string): Order {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Numeric order of two runs of decimal digits of any length: dates and build numbers exceed safe integers. */
export function compareDigits(a: string, b: string): Order {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  if (left.length !== right.length) return left.length < right.length ? -1 : 1;
  return compareText(left, right);
}
