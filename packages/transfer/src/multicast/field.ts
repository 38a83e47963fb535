import { MOST_COLUMNS } from './layout.ts';

/** Arithmetic in the field of 256 elements with the polynomial x^8 + x^4 + x^3 + x^2 + 1 (RFC 5510, section 8.1). */
const exponents = new Uint8Array(510);
const logarithms = new Uint8Array(256);
for (let power = 0, element = 1; power < 255; power += 1) {
  exponents[power] = element;
  exponents[power + 255] = element;
  logarithms[element] = power;
  element = element & 0x80 ? ((element << 1) ^ 0x11d) & 0xff : element << 1;
}

export function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return exponents[(logarithms[a] as number) + (logarithms[b] as number)] as number;
}

/** @param b not 0 */
export function divide(a: number, b: number): number {
  if (a === 0) return 0;
  return exponents[(logarithms[a] as number) + 255 - (logarithms[b] as number)] as number;
}

/**
 * What column `column` counts for in repair row `row`: a Cauchy matrix whose columns are scaled so that row 0 is all
 * ones, a plain XOR. Every square part of such a matrix can be inverted, so any `n` repair shards replace any `n`
 * lost ones.
 */
export function coefficient(row: number, column: number): number {
  return divide(MOST_COLUMNS ^ column, (MOST_COLUMNS + row) ^ column);
}

/** Inverts a square matrix, row by row in one array (Gauss-Jordan); it must have an inverse. */
export function invert(matrix: Uint8Array, size: number): Uint8Array {
  const inverse = new Uint8Array(size * size);
  for (let index = 0; index < size; index += 1) inverse[index * size + index] = 1;
  for (let pivot = 0; pivot < size; pivot += 1) {
    swapRowsUntilPivot(matrix, inverse, size, pivot);
    const scale = divide(1, matrix[pivot * size + pivot] as number);
    for (const rows of [matrix, inverse]) {
      for (let at = pivot * size; at < (pivot + 1) * size; at += 1)
        rows[at] = multiply(rows[at] as number, scale);
    }
    for (let row = 0; row < size; row += 1) {
      const factor = matrix[row * size + pivot] as number;
      if (row === pivot || factor === 0) continue;
      for (const rows of [matrix, inverse]) subtractRow(rows, size, { row, pivot, factor });
    }
  }
  return inverse;
}

function subtractRow(
  rows: Uint8Array,
  size: number,
  { row, pivot, factor }: { row: number; pivot: number; factor: number },
): void {
  for (let at = 0; at < size; at += 1) {
    rows[row * size + at] =
      (rows[row * size + at] as number) ^ multiply(factor, rows[pivot * size + at] as number);
  }
}

function swapRowsUntilPivot(matrix: Uint8Array, inverse: Uint8Array, size: number, pivot: number): void {
  let row = pivot;
  while (matrix[row * size + pivot] === 0) row += 1;
  if (row === pivot) return;
  for (const rows of [matrix, inverse]) {
    const kept = rows.slice(row * size, (row + 1) * size);
    rows.copyWithin(row * size, pivot * size, (pivot + 1) * size);
    rows.set(kept, pivot * size);
  }
}
