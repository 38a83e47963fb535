import { agentPatchSuccessor } from '@tenkai/domain/agent-patch/judge-patch.ts';
import type { PatchDeps } from './apply.ts';
import { installedPrograms } from './programs.ts';
import { type ListedPatch, readRecords } from './store.ts';

export function listPatches({ data, programs: folder }: PatchDeps): ListedPatch[] {
  const records = readRecords(data);
  if (records.length === 0) return [];
  const installed = new Map(installedPrograms(folder).map((one) => [one.name, one.sha256]));
  return records.map((record) => {
    const by = agentPatchSuccessor(record.id, records) ?? null;
    const wanted = record.programs.filter(({ act }) => act !== 'keep-newer');
    const there = wanted.filter(({ name, sha256 }) => installed.get(name) === sha256).length;
    const isWhole = there === wanted.length && record.state === 'applied';
    const state = by !== null ? 'superseded' : isWhole ? 'compliant' : there > 0 ? 'partial' : 'absent';
    return { ...record, state, by };
  });
}
