import type { Static } from 'typebox';
import * as Type from 'typebox';

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

const Guid = Type.String({ pattern: '^[{][0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}[}]$' });

/** Largest file of a patch, bytes: it is read into memory, and checked, as a whole. */
export const patchLimitBytes = 64 * 1024 * 1024;

/** What Windows Installer carries a patch in: a file of its own (`.msp`), for one product and no other. */
export const AgentMsp = Type.Object({
  /** ProductCode of the agent's package that it is for. */
  product: Guid,
  /** Its own, by which Windows Installer lists it and takes it back. */
  code: Guid,
  sizeBytes: Type.Integer({ minimum: 1, maximum: patchLimitBytes }),
  /** Lower-case hex. */
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});
export type AgentMsp = Static<typeof AgentMsp>;

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
  system: Type.Union([Type.Literal('linux'), Type.Literal('windows')]),
  architecture: Type.Union([Type.Literal('any'), Type.Literal('x64'), Type.Literal('arm64')]),
  /** Patches that it holds, and that are needless where it is (HOTFIX-05). */
  replaces: Type.Array(PatchId, { maxItems: 100 }),
  /** Each must be applied before it, or a patch that replaces it. */
  requires: Type.Array(PatchId, { maxItems: 100 }),
  /** ISO 8601 in UTC; shown, never compared (HOTFIX-15). */
  madeAt: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z$' }),
  files: Type.Array(AgentPatchFile, { minItems: 1, maxItems: 16 }),
  /** For Windows, and there alone. */
  msp: Type.Optional(AgentMsp),
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

/** The key of the registry below which Windows Installer keeps what it knows of a product of the whole machine. */
export function productKey(product: string): string {
  const data = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18';
  return `${data}\\Products\\${packedGuid(product)}`;
}

/**
 * The key of the registry below which Windows Installer keeps what it knows of a patch of a product that is installed
 * for the whole machine; its value `State` is 1 where the patch is applied, 2 where a later one holds it.
 */
export function mspKey(product: string, code?: string): string {
  const patches = `${productKey(product)}\\Patches`;
  return code === undefined ? patches : `${patches}\\${packedGuid(code)}`;
}

/** `{E343EC03-9601-...}` as Windows Installer writes it there: numbers with their digits turned round, bytes too. */
export function packedGuid(guid: string): string {
  const [one = '', two = '', three = '', ...bytes] = guid.replace(/[{}]/g, '').split('-');
  const turned = (text: string) => [...text].reverse().join('');
  return [one, two, three, ...(bytes.join('').match(/../g) ?? [])].map(turned).join('');
}

/** The GUID of a packed one; undefined: it is none. */
export function unpackedGuid(packed: string): string | undefined {
  if (!/^[0-9A-F]{32}$/i.test(packed)) return undefined;
  const turned = (from: number, to: number) => [...packed.slice(from, to)].reverse().join('');
  const bytes = packed.slice(16).replace(/(.)(.)/g, '$2$1');
  return `{${turned(0, 8)}-${turned(8, 12)}-${turned(12, 16)}-${bytes.slice(0, 4)}-${bytes.slice(4)}}`.toUpperCase();
}
