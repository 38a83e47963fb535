import { compareDigits, type Order } from './digits.ts';

/**
 * Order of two Windows file or product versions: up to the first thing that is no number, field by field, missing
 * fields being 0. Files also write `6, 1, 7601, 17514` and `10.0.19041.1 (WinBuild.160101.0800)`.
 */
export function compareWindowsVersions(a: string, b: string): Order {
  const left = fields(a);
  const right = fields(b);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const order = compareDigits(left[index] ?? '0', right[index] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

function fields(version: string): string[] {
  const [numbers = ''] = /^\s*v?[0-9]+(?:\s*[.,]\s*[0-9]+)*/i.exec(version) ?? [];
  return numbers.match(/[0-9]+/g) ?? [];
}
