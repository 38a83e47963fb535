import type { OperatingSystem } from '../machine/inventory.ts';

/** What `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion` says, as it is written there. */
export interface WindowsVersionKey {
  readonly productName: string;
  /** `CurrentBuild`, also `CurrentBuildNumber`: `22631`. */
  readonly currentBuild: string;
  /** `CSDVersion`: `Service Pack 1`; absent or empty: none. */
  readonly csdVersion?: string | undefined;
}

/** The first build of Windows 11; its ProductName still says Windows 10. */
const windows11Build = 22_000;
const prefix = /^(?:microsoft\s+)?windows(?:\(r\)|®)?\s+/i;
const products = /^(server\s+(?:2003|2008|2012)\s+r2|server\s+\d{4}|2000|xp|vista|8\.1|\d{1,2})(?=\s|$|,)/i;

/**
 * Names a Windows as the list of systems does. The name alone is not enough: Windows 11 calls itself *Windows 10*
 * and is told by its build; R2 is kept (BOSM-09, BCON-11); the service pack is what CSDVersion says (BOSM-18).
 * A name that is not known gives the id `windows`, which is in no row.
 */
export function windowsSystem(
  key: WindowsVersionKey,
): Pick<OperatingSystem, 'id' | 'name' | 'edition' | 'servicePack'> {
  const text = key.productName
    .replace(/[®™]|\((?:r|tm)\)/gi, '')
    .replace(/\s+/g, ' ')
    .trim();
  const rest = text.replace(prefix, '');
  const [product = ''] = products.exec(rest) ?? [];
  const level = servicePackFrom(key.csdVersion ?? '');
  const shared = level ? { servicePack: level } : {};
  if (product === '' || rest === text) return { id: 'windows', name: text || 'Windows', ...shared };
  const is11 = product === '10' && Number.parseInt(key.currentBuild, 10) >= windows11Build;
  const name = `Windows ${is11 ? '11' : titled(product)}`;
  const edition = rest.slice(product.length).replace(/^[\s,]+/, '');
  return {
    id: name.toLowerCase().replaceAll(' ', '-'),
    name,
    ...(edition === '' ? {} : { edition: edition.slice(0, 64) }),
    ...shared,
  };
}

function titled(product: string): string {
  return product
    .toLowerCase()
    .replace('xp', 'XP')
    .replace(/\b(server|vista|r2)\b/g, (word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
}

/** `Service Pack 2`, also `Service Pack 2, v.113`; undefined: none. */
export function servicePackFrom(csdVersion: string): OperatingSystem['servicePack'] {
  const [, major] = /service\s*pack\s*(\d{1,2})\b/i.exec(csdVersion) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: 0 };
}
