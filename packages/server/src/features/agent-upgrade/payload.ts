import { copyFile, link, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentPackageKind, ownAgentDraft, readAgentFileName, upgradeFiles } from '@tenkai/domain';
import { buildManifest } from '@tenkai/transfer';
import { systemActor } from '../../kernel/audit/audit.ts';
import type { Log } from '../../kernel/log.ts';
import { serverVersion } from '../../kernel/version.ts';
import type { Content } from '../content/index.ts';
import type { Packages } from '../packages/index.ts';
import { putFile } from './put-file.ts';

export interface PayloadDeps {
  readonly content: Content;
  readonly packages: Packages;
  readonly dataDir: string;
  readonly log: Log;
}

/**
 * Makes a package of each agent in the folder that has this server's version; files of other versions are left alone.
 * @returns the IDs of the site's own agent packages
 */
export async function savePayloads(deps: PayloadDeps, agentsDir: string): Promise<string[]> {
  const names = (await readdir(agentsDir).catch(() => [])).sort();
  const agents = names.flatMap((name) => {
    const known = readAgentFileName(name);
    return known?.version === serverVersion ? [{ ...known, path: join(agentsDir, name) }] : [];
  });
  if (agents.length === 0)
    deps.log.info({ agentsDir }, 'there is no agent package of this version to upgrade to');
  for (const agent of agents) {
    const contentId = await saveContent(deps, agent);
    await deps.packages.saveOwn({ draft: ownAgentDraft(agent), contentId });
  }
  return agents.map(({ id }) => id);
}

/** The agent's own package beside the programs that watch over its installation, in one folder. */
async function saveContent(
  { content, dataDir }: PayloadDeps,
  { id, kind, path }: { readonly id: string; readonly kind: AgentPackageKind; readonly path: string },
): Promise<string> {
  // One name: what a crash has left is gone with the next start. The data folder belongs to one server.
  const work = join(dataDir, 'agent-upgrade');
  await rm(work, { recursive: true, force: true });
  try {
    const folder = join(work, id);
    const target = join(folder, `tenkai-agent.${kind}`);
    await mkdir(folder, { recursive: true });
    await link(path, target).catch(() => copyFile(path, target));
    for (const [name, text] of Object.entries(upgradeFiles(kind)))
      await writeFile(join(folder, name), text, { mode: 0o755 });
    const { manifest, sources } = await buildManifest({ folders: [folder] });
    for (const file of manifest.files) await putFile(content, file, sources.get(file.path) as string);
    await content.register(systemActor, manifest);
    return manifest.contentId;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
