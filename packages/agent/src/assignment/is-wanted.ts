import type { Settings } from '../settings.ts';

/**
 * Whether these settings ask for a search. Without a pinned root key, or while held, nothing may leave the machine; this
 * stands apart from the search itself, so that a service that has its site never loads it.
 */
export function isSearchWanted({ server, rootFingerprint, assignment }: Settings): boolean {
  if (server !== undefined || !assignment || assignment.isHeld) return false;
  const { managementPoint, directory, locator, dnsSuffix, boundaries } = assignment;
  if (rootFingerprint === undefined) return boundaries?.some((each) => each.rootFingerprint) ?? false;
  return [managementPoint, directory, locator, dnsSuffix, boundaries?.[0]].some(
    (given) => given !== undefined,
  );
}
