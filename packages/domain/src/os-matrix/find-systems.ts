import type { Capability, SystemRow, Verdict } from './system-row.ts';

export interface SystemFilter {
  /** Words that name, id, edition or architecture must hold, in any order. */
  readonly search?: string | undefined;
  readonly capability?: Capability | undefined;
  /** Of the capability; without one: of any. */
  readonly verdict?: Verdict | undefined;
}

/** The rows that a filter leaves, in the order of the matrix. A capability alone leaves those that have it. */
export function findSystems(rows: readonly SystemRow[], filter: SystemFilter): SystemRow[] {
  const words = (filter.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const text = [row.key, row.name, row.architecture, ...row.editions].join(' ').toLowerCase();
    return words.every((word) => text.includes(word)) && hasVerdict(row, filter);
  });
}

function hasVerdict({ capabilities }: SystemRow, { capability, verdict }: SystemFilter): boolean {
  if (!capability && !verdict) return true;
  const answers = capability ? [capabilities[capability]] : Object.values(capabilities);
  return answers.some((answer) => (verdict ? answer.verdict === verdict : answer.verdict !== 'unsupported'));
}
