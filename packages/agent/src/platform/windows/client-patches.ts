import { mspKey, unpackedGuid } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { dataOf, type RegistryKey } from '@tenkai/domain/machine/registry-listing.ts';
import type { ClientPatch, ClientPatches } from '../platform.ts';
import { systemProgram } from './environment.ts';
import { createInstaller } from './installer.ts';
import type { AskRegistry } from './registry.ts';
import { listProducts } from './uninstall.ts';

/** As the package names it in *Apps & features*. */
const productName = 'Tenkai Agent';
const states: Readonly<Record<string, ClientPatch['state']>> = { '0x1': 'applied', '0x2': 'superseded' };

/** Patches of the agent by Windows Installer, which lists them in the registry and speaks through msiexec alone. */
export function createClientPatches(ask: AskRegistry): ClientPatches {
  return {
    async installed(signal) {
      const products = await listProducts(ask, signal);
      const own = products.find(({ name, isMsi, view }) => name === productName && isMsi && view === '64');
      if (!own) return null;
      const keys = await ask({ key: mspKey(own.code), view: '64', isDeep: true }, signal);
      return { product: own.code, patches: (keys ?? []).flatMap(patchOf) };
    },
    applyCommand: (file) => createInstaller().commandFor(file, []),
    // Without a file: Windows Installer has kept the package and the patch.
    removalCommand: (product, code) => ({
      program: systemProgram('msiexec.exe'),
      args: ['/i', product, `MSIPATCHREMOVE=${code}`, '/qn', '/norestart'],
      isVerbatim: true,
    }),
  };
}

/** Other states are those of patches that are only known, or that a newer version of the product has made needless. */
function patchOf(key: RegistryKey): ClientPatch[] {
  const code = unpackedGuid(key.path.slice(key.path.lastIndexOf('\\') + 1));
  const state = states[dataOf(key, 'State') ?? ''];
  if (code === undefined || state === undefined) return [];
  const isRemovable = dataOf(key, 'Uninstallable') === '0x1';
  return [{ code, state, name: dataOf(key, 'DisplayName') ?? '', isRemovable }];
}
