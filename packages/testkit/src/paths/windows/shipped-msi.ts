import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cachedFolder } from '../../rig/cached-folder.ts';
import { output } from '../../rig/command.ts';
import { sourceKey } from '../scene/source-key.ts';

const root = resolve(import.meta.dirname, '../../../../..');
const buildLimitMs = 15 * 60_000;
const tools = ['wixl', 'msibuild', 'msiinfo', 'msiextract', 'x86_64-w64-mingw32-gcc'];
const missing = tools.filter((name) => !existsSync(`/usr/bin/${name}`));

/** Why the agent's package for Windows cannot be made here; false when it can. For `{ skip: noAgentMsi }`. */
export const noAgentMsi: string | false =
  missing.length > 0 &&
  `MSI TOOLS are MISSING (${missing.join(', ')}): run node scripts/install-test-tools.mjs`;

/** Versions that tests install, so that a version is made once for all of them. */
export type MsiVersion = '0.1.1' | '98.7.6';

/**
 * The agent's package for Windows of this checkout, made by the command that makes releases: once for each version,
 * until something changes that it is made from.
 */
export async function shippedMsi(version: MsiVersion): Promise<string> {
  const make = async (folder: string) => {
    const command = [process.execPath, join(root, 'scripts/package-msi.ts'), '--version', version];
    await output([...command, '--out', folder], { timeoutMs: buildLimitMs, env: process.env });
  };
  const name = `agent-msi-${version}`;
  const folder = await cachedFolder({ name, key: await sourceKey('agent'), make, limitMs: buildLimitMs });
  return join(folder, `tenkai-agent-${version}-x64.msi`);
}

const patches = {
  '0.1.1': { id: 'TK1001', brings: '0.1.5' },
  '98.7.6': { id: 'TK1002', brings: '98.7.7' },
} as const;

/**
 * A patch for the agent of that version for Windows, whose programs say `patchedVersion`; made by the command that makes
 * patches. Beside it lies what a site has to sign.
 */
export async function shippedMsp(version: MsiVersion = '0.1.1'): Promise<string> {
  const { id, brings } = patches[version];
  const make = async (folder: string) => {
    const command = [process.execPath, join(root, 'scripts/package-msp.ts')];
    const words = ['--msi', await shippedMsi(version), '--id', id, '--title', 'A cure', '--version', brings];
    await output([...command, ...words, '--out', folder], { timeoutMs: buildLimitMs, env: process.env });
  };
  const key = await sourceKey('agent');
  const folder = await cachedFolder({ name: `agent-msp-${version}`, key, make, limitMs: buildLimitMs });
  return join(folder, `tenkai-agent-${version}-${id}.msp`);
}

/** Of programs that the patch brings. */
export const patchedVersion = patches['0.1.1'].brings;
/** The same of the patch for 98.7.6. */
export const laterPatchedVersion = patches['98.7.6'].brings;
