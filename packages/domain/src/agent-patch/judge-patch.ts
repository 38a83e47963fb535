import type { FailureParams } from '../failure.ts';
import { compareDpkgVersions } from '../version/dpkg.ts';
import { type AgentPatch, type AgentPatchFile, agentLineOf } from './agent-patch.ts';

/** A program of the agent as it is on the machine. */
export interface InstalledProgram {
  readonly name: string;
  /** Null: it does not say. */
  readonly version: string | null;
  readonly sha256: string;
}

export interface AppliedPatch {
  readonly id: string;
  readonly replaces: readonly string[];
}

export interface PatchedMachine {
  readonly system: string;
  readonly architecture: string;
  /** Of the agent itself: `0.1.0`. */
  readonly version: string;
  readonly programs: readonly InstalledProgram[];
  readonly applied: readonly AppliedPatch[];
}

/** `keep-newer`: what is there is later than what the patch brings, and is never overwritten (HOTFIX-25). */
export type PatchAct = 'replace' | 'keep-newer' | 'same';

export interface JudgedProgram {
  readonly name: string;
  readonly act: PatchAct;
  readonly from: string | null;
  readonly to: string;
}

/** As the states of hotfixes: some programs of it are there, others are older (HOTFIX-24). */
export type AgentPatchState = 'compliant' | 'partial' | 'absent';

export interface JudgedPatch {
  /** Why it may not be applied; null: it may. Nothing is changed before this was asked (HOTFIX-06). */
  readonly refusal: { readonly code: string; readonly params: FailureParams } | null;
  readonly state: AgentPatchState;
  readonly programs: readonly JudgedProgram[];
}

/** Judges a patch by its line, system, prerequisites, successors and file table. Source: HOTFIX-02, 05, 06, 22..25. */
export function judgeAgentPatch(patch: AgentPatch, machine: PatchedMachine): JudgedPatch {
  const programs = patch.files.map((file) => judgeProgram(file, machine.programs));
  const good = programs.filter(({ act }) => act !== 'replace').length;
  const state = good === programs.length ? 'compliant' : good === 0 ? 'absent' : 'partial';
  return { refusal: refusalOf(patch, machine), state, programs };
}

/** The applied patch that replaces this one, over any number of steps. */
export function agentPatchSuccessor(id: string, applied: PatchedMachine['applied']): string | undefined {
  const seen = new Set<string>();
  const holds = (one: AppliedPatch): boolean => {
    if (seen.has(one.id)) return false;
    seen.add(one.id);
    return (
      one.replaces.includes(id) || applied.some((other) => one.replaces.includes(other.id) && holds(other))
    );
  };
  return applied.find((one) => {
    seen.clear();
    return one.id !== id && holds(one);
  })?.id;
}

function refusalOf(patch: AgentPatch, machine: PatchedMachine): JudgedPatch['refusal'] {
  const { id } = patch;
  const isFor = patch.architecture === 'any' || patch.architecture === machine.architecture;
  if (patch.system !== machine.system || !isFor) {
    const wanted = `${patch.system} ${patch.architecture}`;
    const actual = `${machine.system} ${machine.architecture}`;
    return { code: 'agent-patch-system', params: { id, wanted, actual } };
  }
  if (agentLineOf(machine.version) !== patch.line) {
    const params = { id, wanted: `${patch.line}.x`, actual: machine.version };
    return { code: 'agent-patch-line', params };
  }
  const by = agentPatchSuccessor(id, machine.applied);
  if (by !== undefined) return { code: 'agent-patch-superseded', params: { id, by } };
  const wanted = patch.requires.find((each) => !isApplied(each, machine.applied));
  return wanted === undefined ? null : { code: 'agent-patch-prerequisite', params: { id, wanted } };
}

function isApplied(id: string, applied: PatchedMachine['applied']): boolean {
  return applied.some((one) => one.id === id) || agentPatchSuccessor(id, applied) !== undefined;
}

function judgeProgram(wanted: AgentPatchFile, programs: readonly InstalledProgram[]): JudgedProgram {
  const { name, version: to } = wanted;
  const found = programs.find((one) => one.name === name);
  const from = found?.version ?? null;
  return { name, from, to, act: actOf(wanted, found) };
}

/** By version, then by hash, never by date (HOTFIX-15). One of another version's line is judged by its order alone. */
function actOf({ version, sha256 }: AgentPatchFile, found: InstalledProgram | undefined): PatchAct {
  if (found?.sha256 === sha256) return 'same';
  if (!found || found.version === null) return 'replace';
  return compareDpkgVersions(found.version, version) > 0 ? 'keep-newer' : 'replace';
}
