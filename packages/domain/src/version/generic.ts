import { compareDigits, compareText, isDigit, type Order } from './digits.ts';

/**
 * Order of two versions of unknown making: numbers as numbers (10 after 9, BPKG-20), `1` equal to `1.0`, words
 * after the bare version unless they announce it (`1.0-rc1` before `1.0` before `1.0a`). Case does not count.
 */
export function compareGenericVersions(a: string, b: string): Order {
  const left = tokens(a);
  const right = tokens(b);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const order = compareTokens(left[index] ?? '0', right[index] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

const announcing = new Set(['dev', 'alpha', 'beta', 'pre', 'preview', 'rc']);

function tokens(version: string): string[] {
  return version.toLowerCase().match(/[0-9]+|\p{L}+/gu) ?? [];
}

function compareTokens(a: string, b: string): Order {
  const left = rank(a);
  const right = rank(b);
  if (left !== right) return left < right ? -1 : 1;
  return isDigit(a[0]) ? compareDigits(a, b) : compareText(a, b);
}

/** Words that announce a version, nothing or zero, other words, numbers. */
function rank(token: string): number {
  if (isDigit(token[0])) return /^0+$/.test(token) ? 1 : 3;
  return announcing.has(token) ? 0 : 2;
}
