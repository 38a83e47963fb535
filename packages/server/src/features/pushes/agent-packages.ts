import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentPackage, readPackageName } from '@tenkai/domain/push/choose-package.ts';
import { serverVersion } from '../../kernel/version.ts';

/** Packages of the agent in this server's version, as upgrades take them; other versions are left alone. */
export async function agentPackages(folder: string | null): Promise<AgentPackage[]> {
  const names = folder === null ? [] : await readdir(folder).catch(() => []);
  return names
    .sort()
    .flatMap((name) => readPackageName(join(folder ?? '', name)) ?? [])
    .filter(({ version }) => version === serverVersion);
}
