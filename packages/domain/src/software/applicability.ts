import { canonicalJson } from '../canonical-json.ts';
import type { OperatingSystem } from '../machine/inventory.ts';
import type { MachineFacts } from '../machine/machine.ts';
import { defineReasons } from '../reason.ts';
import type { Reason } from '../scenario/frozen-step.ts';
import { compareVersions } from '../version/index.ts';
import type { PlatformTarget, ServicePackLevel } from './platform-target.ts';

defineReasons({
  'inventory-missing': 'The machine has not reported its inventory yet.',
  'platform-operating-system': 'It is for {wanted}; the machine runs {actual}.',
  'platform-version': 'It is for version {wanted}; the machine runs {actual}.',
  'platform-language': 'It is for language {wanted}; the machine has {actual}.',
  'platform-architecture': 'It is for {wanted}; the machine has {actual}.',
  'platform-service-pack': 'It is for service pack {wanted}; the machine has {actual}.',
  'platform-contained': 'Service pack {level} of the machine contains it already.',
});

/**
 * Whether software suits a machine. `contained`: the machine's service pack holds it already (BPKG-46).
 * `unknown`: the machine has not reported its inventory yet.
 */
export type ApplicabilityState = 'applicable' | 'contained' | 'not-applicable' | 'unknown';

export interface Applicability {
  readonly state: ApplicabilityState;
  /** Why it is not simply applicable; empty when it is (BPKG-52). */
  readonly reasons: Reason[];
}

/**
 * Judges a machine by the rows of the tab 対応OSと言語. One row that suits is enough; no row at all suits every
 * machine. A row that says *contained* goes before one that suits. Source: BPKG-43..47, BPKG-52.
 */
export function platformApplicability(
  targets: readonly PlatformTarget[],
  facts: Pick<MachineFacts, 'inventory'>,
): Applicability {
  if (targets.length === 0) return { state: 'applicable', reasons: [] };
  if (!facts.inventory) return { state: 'unknown', reasons: [{ code: 'inventory-missing', params: {} }] };
  const system = facts.inventory.operatingSystem;
  const rows = targets.filter((target) => isSystem(target, system));
  if (rows.length === 0) return { state: 'not-applicable', reasons: [wrongSystem(targets, system)] };
  const verdicts = rows.map((target) => judgeRow(target, system));
  const contained = verdicts.find((verdict) => verdict.state === 'contained');
  if (contained) return contained;
  const suits = verdicts.find((verdict) => verdict.state === 'applicable');
  return (
    suits ?? { state: 'not-applicable', reasons: distinct(verdicts.flatMap((verdict) => verdict.reasons)) }
  );
}

function isSystem(target: PlatformTarget, system: OperatingSystem): boolean {
  return target.operatingSystem === system.id || target.operatingSystem === system.family;
}

function wrongSystem(targets: readonly PlatformTarget[], system: OperatingSystem): Reason {
  const wanted = [...new Set(targets.map((target) => target.operatingSystem))].join(', ');
  return { code: 'platform-operating-system', params: { wanted, actual: system.id } };
}

/** Service packs are cumulative: a level above one that contains the software contains it too. */
function judgeRow(target: PlatformTarget, system: OperatingSystem): Applicability {
  const reasons = [
    ...versionReasons(target, system),
    ...languageReasons(target, system),
    ...architectureReasons(target, system),
  ];
  if (reasons.length > 0) return { state: 'not-applicable', reasons };
  const level = system.servicePack ?? { major: 0, minor: 0 };
  if (target.absorbedBy?.some((absorbing) => compareLevels(level, absorbing) >= 0)) {
    return {
      state: 'contained',
      reasons: [{ code: 'platform-contained', params: { level: levelText(level) } }],
    };
  }
  if (!target.baseServicePack || compareLevels(level, target.baseServicePack) === 0)
    return { state: 'applicable', reasons: [] };
  const params = { wanted: levelText(target.baseServicePack), actual: levelText(level) };
  return { state: 'not-applicable', reasons: [{ code: 'platform-service-pack', params }] };
}

/** `9` means every 9.x: distributions report `9.4` where administrators think of `9`. */
function versionReasons({ version }: PlatformTarget, system: OperatingSystem): Reason[] {
  if (version === undefined || system.version === version || system.version.startsWith(`${version}.`))
    return [];
  return [{ code: 'platform-version', params: { wanted: version, actual: system.version } }];
}

/** `zh` means every `zh-…`; `zh-tw` only itself. */
function languageReasons({ language }: PlatformTarget, system: OperatingSystem): Reason[] {
  const wanted = language.toLowerCase();
  const actual = system.language.toLowerCase();
  if (wanted === 'any' || actual === wanted || actual.startsWith(`${wanted}-`)) return [];
  return [{ code: 'platform-language', params: { wanted: language, actual: system.language } }];
}

function architectureReasons({ architecture }: PlatformTarget, system: OperatingSystem): Reason[] {
  if (architecture === 'any' || architecture === system.architecture) return [];
  return [{ code: 'platform-architecture', params: { wanted: architecture, actual: system.architecture } }];
}

function compareLevels(a: ServicePackLevel, b: ServicePackLevel): -1 | 0 | 1 {
  return compareVersions('generic', levelText(a), levelText(b));
}

function levelText(level: ServicePackLevel): string {
  return `${level.major}.${level.minor}`;
}

function distinct(reasons: Reason[]): Reason[] {
  return [...new Map(reasons.map((reason) => [canonicalJson(reason), reason])).values()];
}
