import { compareDigits, compareText, type Order } from './digits.ts';

/**
 * Order of two RPM versions `[epoch:]version[-release]`. A missing epoch is 0, a missing release comes first.
 * Source: rpm-version(7): separators only separate, `~` sorts before everything, `^` after its base and before
 * any longer version, numbers after letters.
 */
export function compareRpmVersions(a: string, b: string): Order {
  const left = splitVersion(a);
  const right = splitVersion(b);
  return (
    compareDigits(left.epoch, right.epoch) ||
    compareSegments(left.version, right.version) ||
    compareReleases(left.release, right.release)
  );
}

interface RpmVersion {
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

function splitVersion(version: string): RpmVersion {
  const [, epoch = '', rest = ''] = /^(?:(\d*):)?(.*)$/s.exec(version.trim()) ?? [];
  const dash = rest.lastIndexOf('-');
  if (dash < 0) return { epoch, version: rest, release: undefined };
  return { epoch, version: rest.slice(0, dash), release: rest.slice(dash + 1) };
}

function compareReleases(a: string | undefined, b: string | undefined): Order {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareSegments(a, b);
}

function compareSegments(a: string, b: string): Order {
  const left = segments(a);
  const right = segments(b);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const order = compareSegment(left[index], right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function segments(version: string): string[] {
  return version.match(/[0-9]+|[A-Za-z]+|~|\^/g) ?? [];
}

function compareSegment(a: string | undefined, b: string | undefined): Order {
  const left = rank(a);
  const right = rank(b);
  if (left !== right) return left < right ? -1 : 1;
  if (a === undefined || b === undefined) return 0;
  return left === numberRank ? compareDigits(a, b) : compareText(a, b);
}

const numberRank = 4;

/** The order of kinds at one place: tilde, the end, caret, letters, number. */
function rank(segment: string | undefined): number {
  if (segment === undefined) return 1;
  if (segment === '~') return 0;
  if (segment === '^') return 2;
  return /^[0-9]/.test(segment) ? numberRank : 3;
}
