import type { Detection, DetectionResult } from '@tenkai/domain';
import type { DetectionSource } from '../platform/platform.ts';

/** Looks for everything that shows that a package is there; all rules are looked at, for people to see. */
export async function detectAll(source: DetectionSource, rules: readonly Detection[], signal: AbortSignal) {
  const results: DetectionResult[] = [];
  for (const rule of rules) results.push(await source.detect(rule, signal));
  return { results, isDetected: results.length > 0 && results.every(({ isDetected }) => isDetected) };
}

/** What is there, for a column: what the rules found. */
export function describeFound(results: readonly DetectionResult[]): string {
  return results
    .map(({ found }) => found)
    .join('; ')
    .slice(0, 1000);
}

/**
 * The installed version: as the package manager says, else what a detection script prints; null where neither
 * speaks of one.
 */
export async function versionFound(
  source: DetectionSource,
  rules: readonly Detection[],
  results: readonly DetectionResult[],
  signal: AbortSignal,
): Promise<string | null> {
  const byPackage = rules.find((rule) => rule.kind === 'package');
  if (byPackage)
    return (await source.versionOf(byPackage.source, byPackage.name, signal))?.slice(0, 256) ?? null;
  const byScript = results.find(({ rule, isDetected }) => rule.kind === 'script' && isDetected);
  return byScript?.found.split('\n')[0]?.trim().slice(0, 256) ?? null;
}
