import { agentPatchSuccessor } from '@tenkai/domain/agent-patch/judge-patch.ts';
import { mspCodeOf } from '@tenkai/protocol/agent/installer-guid.ts';
import type { ClientPatch } from '../../platform/platform.ts';
import { installedPrograms } from '../programs.ts';
import { type ListedPatch, type PatchRecord, readRecords } from '../store.ts';
import type { MspDeps } from './deps.ts';

/** A patch that Windows Installer lists, with what the agent has kept of it where it was the agent that applied it. */
export interface FoundPatch {
  readonly id: string;
  readonly title: string;
  readonly replaces: readonly string[];
  readonly product: string;
  readonly listed: ClientPatch;
  readonly record: PatchRecord | undefined;
}

/**
 * What Windows Installer has applied, by whatever way it came.
 * @param asked an ID that is looked for: it may say no more of a patch than its code
 */
export async function findPatches({ data, patches }: MspDeps, asked?: string): Promise<FoundPatch[]> {
  const installed = await patches.installed();
  if (!installed) return [];
  const { product } = installed;
  const records = readRecords(data);
  return installed.patches.map((listed) => {
    const isListed = (id: string) => mspCodeOf(id, product) === listed.code;
    const record = records.find(({ id }) => isListed(id));
    const unnamed = asked !== undefined && isListed(asked) ? asked : listed.code;
    const [, id = unnamed, title = listed.name] = /^([A-Z]{2,8}\d{3,8}): (.*)$/s.exec(listed.name) ?? [];
    const { replaces = [] } = record ?? {};
    return { id: record?.id ?? id, title: record?.title ?? title, replaces, product, listed, record };
  });
}

/** Windows Installer decides what is applied, the agent's own programs whether it is whole. */
export async function listMsps(deps: MspDeps, asked?: string): Promise<ListedPatch[]> {
  const found = await findPatches(deps, asked);
  const records = found.flatMap(({ record }) => record ?? []);
  const sums = new Map(installedPrograms(deps.programs).map((one) => [one.name, one.sha256]));
  return found.map((one) => {
    const by = agentPatchSuccessor(one.id, records) ?? null;
    const known = one.record ?? unrecorded(one);
    const isHeld = one.listed.state === 'superseded' || by !== null;
    return { ...known, state: isHeld ? 'superseded' : stateOf(known, sums), by };
  });
}

/** Of one that came by PATCH=, by msiexec or by a deployment, Windows Installer alone knows. */
function unrecorded({ id, title, listed }: FoundPatch): Omit<ListedPatch, 'state' | 'by'> {
  const nothing = { replaces: [], programs: [], properties: [] };
  return { ...nothing, id, title, sequence: 0, appliedAt: '', source: listed.code };
}

function stateOf(
  { programs }: Pick<PatchRecord, 'programs'>,
  sums: ReadonlyMap<string, string>,
): ListedPatch['state'] {
  const there = programs.filter(({ name, sha256 }) => sums.get(name) === sha256).length;
  return there === programs.length ? 'compliant' : 'partial';
}
