import { type Static, Type } from 'typebox';

/** One row of a patch's file table: a program of the agent, as the patch brings it. */
export const AgentPatchFile = Type.Object({
  /** In the folder of the agent's programs; never a path, and never anything but one of those. */
  name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,59}[.]mjs$' }),
  version: Type.String({ pattern: '^[0-9][A-Za-z0-9.+~-]{0,63}$' }),
  sizeBytes: Type.Integer({ minimum: 1, maximum: 256 * 1024 * 1024 }),
  /** Lower-case hex. */
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});
export type AgentPatchFile = Static<typeof AgentPatchFile>;

const patchId = '^[A-Z]{2,8}[0-9]{3,8}$';
const PatchId = Type.String({ pattern: patchId });

/**
 * What a patch of the agent says of itself; the site's key chain has signed exactly this. The counterpart of the old
 * product's `SCCM2007AC-SP2-KB977203-x86.msp` (AGENT-08, HOTFIX-01).
 */
export const AgentPatch = Type.Object({
  format: Type.Literal(1),
  id: PatchId,
  title: Type.String({ minLength: 1, maxLength: 255 }),
  /** What it cures, for people; may be empty. */
  symptom: Type.String({ maxLength: 2048 }),
  /** Versions of the agent that it is for, by their first two parts: `0.1` (HOTFIX-22). */
  line: Type.String({ pattern: '^[0-9]{1,5}[.][0-9]{1,5}$' }),
  system: Type.Literal('linux'),
  architecture: Type.Union([Type.Literal('any'), Type.Literal('x64'), Type.Literal('arm64')]),
  /** Patches that it holds, and that are needless where it is (HOTFIX-05). */
  replaces: Type.Array(PatchId, { maxItems: 100 }),
  /** Each must be applied before it, or a patch that replaces it. */
  requires: Type.Array(PatchId, { maxItems: 100 }),
  /** ISO 8601 in UTC; shown, never compared (HOTFIX-15). */
  madeAt: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z$' }),
  files: Type.Array(AgentPatchFile, { minItems: 1, maxItems: 16 }),
});
export type AgentPatch = Static<typeof AgentPatch>;

/** `0.1.2` and `0.1.0~rc1` are of the line `0.1`; empty: it is no version. */
export function agentLineOf(version: string): string {
  return /^\d+\.\d+/.exec(version)?.[0] ?? '';
}

/** `TK1001`: a patch by its name, and no place where one lies. */
export const isAgentPatchId = (text: string): boolean => new RegExp(patchId).test(text);

/** Of the package in which a site keeps the patch, and of the folder and the file in it. */
export const agentPatchPackageId = (id: string) => `tenkai-agent-${id}`;
export const agentPatchPath = (id: string) => `${agentPatchPackageId(id)}/patch.tkp`;
