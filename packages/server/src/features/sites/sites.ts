import { Failure, isAddressRange } from '@tenkai/domain';
import { checkPushLine } from '@tenkai/domain/push/push-properties.ts';
import { agentPatchProof, readPatchText } from '@tenkai/protocol/agent/patch.ts';
import type { SignedAgentPatch, SiteSettings } from '@tenkai/protocol/api/site.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import {
  insertSite,
  loadSettings,
  loadSite,
  type SiteRow,
  saveSetting,
  updateSiteName,
} from './sites.store.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    'sites.changed': { code: string };
  }
}

type Deps = Pick<Kernel, 'db' | 'clock' | 'audit' | 'events' | 'log'>;

/** Makes the site at the first start; afterwards the database decides what its code is. */
export async function ensureSite({ db, clock, log }: Deps, code: string): Promise<SiteRow> {
  const site = await db.transaction(async (tx) => {
    const found = await loadSite(tx);
    if (found) return found;
    const made = { code, name: `Tenkai ${code}`, created_at: clock.now() };
    await insertSite(tx, made);
    return made;
  });
  if (site.code !== code)
    log.warn({ kept: site.code, asked: code }, 'the site code of an existing site cannot change');
  return site;
}

export async function renameSite({ db, audit, events }: Deps, actor: Actor, name: string) {
  await db.transaction(async (tx) => {
    const site = await loadSite(tx);
    if (!site || site.name === name) return;
    await updateSiteName(tx, name);
    await audit.record(tx, {
      actor,
      action: 'sites.renamed',
      object: `site:${site.code}`,
      details: { from: site.name, to: name },
    });
    await events.publish(tx, 'sites.changed', { code: site.code });
  });
}

/**
 * Changes the settings named in `change`; the audit log gets old and new of each that really differs.
 * @throws Failure multicast-range-wrong, properties-invalid
 */
export async function changeSettings(
  { db, audit, events }: Deps,
  actor: Actor,
  change: Partial<SiteSettings>,
) {
  return db.transaction(async (tx) => {
    const site = await loadSite(tx);
    const before = await loadSettings(tx);
    const names = (Object.keys(change) as (keyof SiteSettings)[]).filter(
      (name) => JSON.stringify(before[name]) !== JSON.stringify(change[name]),
    );
    if (!site || names.length === 0) return before;
    const { multicastFirst: first, multicastLast: last } = { ...before, ...change };
    if (!isAddressRange(first, last)) throw new Failure('multicast-range-wrong', { first, last });
    if (change.pushProperties !== undefined) checkPushLine(change.pushProperties);
    for (const name of names) await saveSetting(tx, name, change[name]);
    const details = Object.fromEntries(names.map((name) => [name, { from: before[name], to: change[name] }]));
    await audit.record(tx, { actor, action: 'sites.settings-changed', object: `site:${site.code}`, details });
    await events.publish(tx, 'sites.changed', { code: site.code });
    return { ...before, ...change };
  });
}

/**
 * Signs what the machines of this site then take as a patch of their agent, and keeps who had it signed.
 * @throws Failure agent-patch-unreadable
 */
export async function signAgentPatch(
  { db, audit, keys }: Pick<Kernel, 'db' | 'audit' | 'keys'>,
  actor: Actor,
  text: string,
): Promise<SignedAgentPatch> {
  const { id, title, line, architecture, replaces, files } = readPatchText(text, 'patch');
  const details = {
    title,
    line,
    architecture,
    replaces,
    files: files.map(({ name, version, sha256 }) => `${name} ${version} ${sha256}`),
  };
  await db.transaction((tx) =>
    audit.record(tx, { actor, action: 'sites.agent-patch-signed', object: `agent-patch:${id}`, details }),
  );
  return { ...keys.sign(agentPatchProof(text)), rootCertificate: keys.rootCertificate };
}
