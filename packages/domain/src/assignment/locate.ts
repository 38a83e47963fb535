import { type Boundary, matchBoundary } from './boundary.ts';

export interface Located {
  readonly siteCode: string;
  /** `https://host:port`; null: whoever was asked. */
  readonly managementPoint: string | null;
  /** Null: the site was chosen on purpose. */
  readonly boundary: string | null;
}

/**
 * To which site a machine belongs: the one that was chosen on purpose, wherever the machine is; else that of the
 * narrowest boundary which assigns machines and holds one of its addresses (SITE-16).
 */
export function locate(
  asked: { readonly addresses: readonly string[]; readonly siteCode?: string | undefined },
  boundaries: readonly Boundary[],
  ownSiteCode: string,
): Located | null {
  if (asked.siteCode !== undefined) return locateSite(asked.siteCode, boundaries, ownSiteCode);
  const match = matchBoundary(asked.addresses, boundaries);
  if (!match) return null;
  const { siteCode, managementPoint, name } = match.boundary;
  return { siteCode, managementPoint, boundary: name };
}

/** Another site is known by the first boundary that names its address. */
function locateSite(siteCode: string, boundaries: readonly Boundary[], ownSiteCode: string): Located | null {
  if (siteCode === ownSiteCode) return { siteCode, managementPoint: null, boundary: null };
  const known = boundaries.find((one) => one.siteCode === siteCode && one.managementPoint !== null);
  return known ? { siteCode, managementPoint: known.managementPoint, boundary: null } : null;
}
