import type { Static } from 'typebox';
import * as Type from 'typebox';
import type { Condition } from './condition.ts';
import { Detection } from './detection.ts';
import { PlatformTarget } from './platform-target.ts';
import { Program } from './program.ts';

/** What a package is, which decides the fields it must have (BPKG-12, DIST-04). */
export const PackageType = Type.Union([
  Type.Literal('application'),
  Type.Literal('hotfix'),
  Type.Literal('service-pack'),
  Type.Literal('linux-update'),
  Type.Literal('tool'),
  Type.Literal('agent'),
]);
export type PackageType = Static<typeof PackageType>;

/** BPKG-13: 最高, 高, 一般, 低. */
export const Urgency = Type.Union([
  Type.Literal('highest'),
  Type.Literal('high'),
  Type.Literal('normal'),
  Type.Literal('low'),
]);
export type Urgency = Static<typeof Urgency>;

/** A script that runs around the installer, such as one that opens ports (BPKG-36). */
export const HookScript = Type.Object({
  interpreter: Type.Union([
    Type.Literal('sh'),
    Type.Literal('bash'),
    Type.Literal('powershell'),
    Type.Literal('cmd'),
  ]),
  text: Type.String({ maxLength: 65_536 }),
});
export type HookScript = Static<typeof HookScript>;

/** One prerequisite and what else fulfils it: service pack 1 or 2. */
export const PackageRequirement = Type.Object({
  anyOf: Type.Array(Type.String({ minLength: 1, maxLength: 63 }), { minItems: 1, maxItems: 20 }),
});
export type PackageRequirement = Static<typeof PackageRequirement>;

/**
 * What an administrator says of a software package; `packageDraftProblems` holds the limits in bytes, which
 * JSON Schema cannot say. Content is added by the server when the package is sealed into a revision.
 */
export const PackageDraft = Type.Object({
  /** Package ID, unique on a site (BPKG-05, BPKG-06). */
  id: Type.String({ maxLength: 200 }),
  name: Type.String({ minLength: 1, maxLength: 255 }),
  publisher: Type.String({ maxLength: 512 }),
  version: Type.String({ maxLength: 128 }),
  /** DIST-01: `ALL`, `ja`, `en`, ...; shown with the name, not used for matching (that is `targets`). */
  language: Type.String({ maxLength: 32 }),
  /** `YYYY/MM/DD`, or empty (BPKG-08). */
  releaseDate: Type.String({ maxLength: 32 }),
  summary: Type.String({ maxLength: 2048 }),
  type: PackageType,
  urgency: Urgency,
  /** MS (KB) number or advisory id: USN, RHSA, DSA, CVE (BPKG-16). */
  advisoryId: Type.String({ maxLength: 128 }),
  /** BPKG-17. */
  identification: Type.String({ maxLength: 512 }),
  majorVersion: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
  minorVersion: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
  /** BPKG-43..47: the machines it suits; empty means every machine. */
  targets: Type.Array(PlatformTarget, { maxItems: 200 }),
  /** BPKG-48..52: what must hold on the machine. */
  condition: Type.Union([Type.Unsafe<Condition>(Type.Ref('Condition')), Type.Null()]),
  /** Laws 8: how we know afterwards that it is really there. At least one rule, unless the type is `tool`. */
  detection: Type.Array(Detection, { maxItems: 50 }),
  /** DIST-08. The first one is what a scenario runs when it names none. */
  programs: Type.Array(Program, { minItems: 1, maxItems: 50 }),
  /** BPKG-32 and BPKG-33. */
  restartAfterInstall: Type.Boolean(),
  standalone: Type.Boolean(),
  /** What must be on the machine before it: every entry by one of its packages (BAUT-13, BAUT-28). Absent: nothing. */
  requires: Type.Optional(Type.Array(PackageRequirement, { maxItems: 20 })),
  /** Packages that are needless where this one is, with all that those supersede (BAUT-10, BAUT-28). */
  supersedes: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 63 }), { maxItems: 100 })),
  before: Type.Union([HookScript, Type.Null()]),
  after: Type.Union([HookScript, Type.Null()]),
});
export type PackageDraft = Static<typeof PackageDraft>;

/** A sealed revision: what machines get. `contentId` is the hash of the signed manifest's body. */
export const SoftwarePackage = Type.Intersect([
  PackageDraft,
  Type.Object({
    revision: Type.Integer({ minimum: 1 }),
    contentId: Type.Union([Type.String(), Type.Null()]),
    contentBytes: Type.Integer({ minimum: 0 }),
  }),
]);
export type SoftwarePackage = Static<typeof SoftwarePackage>;

/** DIST-01: `Microsoft Corporation Microsoft Updates Tool 2.0 ALL`. */
export function displayName(
  draft: Pick<PackageDraft, 'publisher' | 'name' | 'version' | 'language'>,
): string {
  return [draft.publisher, draft.name, draft.version, draft.language].filter((part) => part !== '').join(' ');
}
