import type { InstalledSoftware, RegistryView } from '@tenkai/domain';
import { dataOf, type RegistryKey } from '@tenkai/domain/machine/registry-listing.ts';
import { type AskRegistry, registryViews } from './registry.ts';

/** What *Apps & features* shows; programs of 32 bits have a list of their own. */
const uninstallKey = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall';

export interface Product {
  /** Name of its key: of an MSI the product code. */
  readonly code: string;
  readonly name: string;
  readonly version: string;
  readonly publisher: string;
  /** Installed by Windows Installer. */
  readonly isMsi: boolean;
  readonly view: RegistryView;
  readonly installedAt: string | null;
}

/** All products of the machine, of both views. Patches and parts of other products are none. */
export async function listProducts(ask: AskRegistry, signal?: AbortSignal): Promise<Product[]> {
  const products: Product[] = [];
  for (const view of registryViews) {
    const keys = (await ask({ key: uninstallKey, view, isDeep: true }, signal)) ?? [];
    products.push(...keys.flatMap((key) => productOf(key, view)));
  }
  // A 32-bit Windows gives the same list for both.
  return products.filter(
    (product, index) =>
      products.findIndex((other) => other.code === product.code && other.version === product.version) ===
      index,
  );
}

function productOf(key: RegistryKey, view: RegistryView): Product[] {
  const text = (name: string) => dataOf(key, name)?.trim() ?? '';
  const name = text('DisplayName');
  const isPart = text('SystemComponent') === '0x1' || text('ParentKeyName') !== '';
  if (name === '' || isPart) return [];
  return [
    {
      code: key.path.slice(key.path.lastIndexOf('\\') + 1),
      name,
      version: text('DisplayVersion'),
      publisher: text('Publisher'),
      isMsi: text('WindowsInstaller') === '0x1',
      view,
      installedAt: dateOf(text('InstallDate')),
    },
  ];
}

/** `20261121`; installers write what they like. */
function dateOf(text: string): string | null {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(text) ?? [];
  return year && month && day ? `${year}-${month}-${day}` : null;
}

/** Those of a name as people see it, or of a product code. */
export function productsNamed(products: readonly Product[], name: string): Product[] {
  const wanted = name.toLowerCase();
  return products.filter((product) =>
    [product.name, product.code].some((each) => each.toLowerCase() === wanted),
  );
}

export function softwareOf(product: Product): InstalledSoftware {
  return {
    name: product.name.slice(0, 512),
    version: product.version.slice(0, 255),
    source: product.isMsi ? 'msi' : 'other',
    architecture: product.view === '64' ? 'x64' : 'x86',
    ...(product.publisher === '' ? {} : { publisher: product.publisher.slice(0, 255) }),
    ...(product.installedAt === null ? {} : { installedAt: product.installedAt }),
  };
}
