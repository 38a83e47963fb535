import { compareDigits, isDigit, type Order } from './digits.ts';

/**
 * Order of two Debian versions `[epoch:]upstream[-revision]`. Total: what Debian would refuse still has a place.
 * Source: Debian Policy 5.6.12.
 */
export function compareDpkgVersions(a: string, b: string): Order {
  const left = splitVersion(a);
  const right = splitVersion(b);
  return (
    compareDigits(left.epoch, right.epoch) ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  );
}

function splitVersion(version: string): { epoch: string; upstream: string; revision: string } {
  const [, epoch = '', rest = ''] = /^(?:(\d*):)?(.*)$/s.exec(version.trim()) ?? [];
  const dash = rest.lastIndexOf('-');
  if (dash < 0) return { epoch, upstream: rest, revision: '' };
  return { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) };
}

/** Text and numbers take turns; a part that ends goes on as empty text, which only `~` precedes. */
function comparePart(a: string, b: string): Order {
  let left = a;
  let right = b;
  while (left !== '' || right !== '') {
    const leftText = takeWhile(left, (character) => !isDigit(character));
    const rightText = takeWhile(right, (character) => !isDigit(character));
    const byText = compareTextPart(leftText, rightText);
    if (byText !== 0) return byText;
    left = left.slice(leftText.length);
    right = right.slice(rightText.length);
    const leftNumber = takeWhile(left, isDigit);
    const rightNumber = takeWhile(right, isDigit);
    const byNumber = compareDigits(leftNumber, rightNumber);
    if (byNumber !== 0) return byNumber;
    left = left.slice(leftNumber.length);
    right = right.slice(rightNumber.length);
  }
  return 0;
}

function compareTextPart(a: string, b: string): Order {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = weight(a[index]) - weight(b[index]);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return 0;
}

/** `~` before the end, the end before letters, letters before everything else. */
function weight(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

function takeWhile(text: string, holds: (character: string) => boolean): string {
  let end = 0;
  while (end < text.length && holds(text[end] as string)) end += 1;
  return text.slice(0, end);
}
