import type { InstalledSoftware } from '../machine/inventory.ts';
import type { MachineFacts } from '../machine/machine.ts';
import { type Applicability, platformApplicability } from '../software/applicability.ts';
import type { ConditionLeaf } from '../software/condition.ts';
import type { LeafFact } from '../software/condition-evaluation.ts';
import type { Detection } from '../software/detection.ts';
import type { PlatformTarget } from '../software/platform-target.ts';
import type { SoftwarePackage } from '../software/software-package.ts';
import { allTruth, type Truth, truthOf } from '../truth.ts';
import { versionHolds, versionSchemeOf } from '../version/index.ts';

type Facts = Pick<MachineFacts, 'inventory'>;

/** What is known of a machine when updates are judged. */
export interface UpdateFacts {
  readonly facts: Facts;
  /** Revisions that a run has verified on it, by package: for what an inventory does not show. */
  readonly verified: ReadonlyMap<string, number>;
  /** Revisions whose condition the machine itself found not to hold, since its facts last changed. */
  readonly refused: ReadonlyMap<string, number>;
}

/**
 * Whether a package is on the machine, as far as the site can know: by its service pack level, by the
 * inventory, else by its identification, or by a verified run. `unknown` where only the machine can look (files, scripts); it looks before it installs.
 * Source: BAUT-09, BPKG-17, BPKG-35, BPKG-46.
 */
export function presenceOf(software: SoftwarePackage, machine: UpdateFacts): Truth {
  if (machine.verified.get(software.id) === software.revision) return 'yes';
  if (platformApplicability(software.targets, machine.facts).state === 'contained') return 'yes';
  const level = levelPresence(software, machine.facts);
  if (level !== 'unknown') return level;
  const detected = detectionPresence(software, machine.facts);
  if (detected !== 'unknown') return detected;
  return isIdentified(software, machine.facts) ? 'yes' : 'unknown';
}

/** Rules win over the identification: a hotfix that was revised keeps its number, and its older edition must not hide it. */
function detectionPresence({ detection }: SoftwarePackage, facts: Facts): Truth {
  if (detection.length === 0) return 'unknown';
  return allTruth(detection.map((rule) => detectionTruth(rule, facts)));
}

const shortestIdentification = 4;

/**
 * Whether a hotfix is in already, by its identification: Windows lists it as `Hotfix for Windows XP (KB977203)`, whoever
 * installed it. That it is not listed says nothing (BPKG-17).
 */
function isIdentified({ type, identification }: SoftwarePackage, { inventory }: Facts): boolean {
  const wanted = identification.trim().toLowerCase();
  if (type !== 'hotfix' || wanted.length < shortestIdentification) return false;
  if (inventory?.operatingSystem.family !== 'windows') return false;
  return inventory.software.some(({ name }) => holdsWord(name.toLowerCase(), wanted));
}

function holdsWord(text: string, word: string): boolean {
  const isLetter = (at: number) => /[\p{L}\p{N}]/u.test(text.charAt(at));
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1))
    if (!isLetter(at - 1) && !isLetter(at + word.length)) return true;
  return false;
}

/** Only Windows tells a level (`CSDVersion`); elsewhere a level is one of declared relations (BAUT-28). */
function levelPresence(software: SoftwarePackage, facts: Facts): Truth {
  const system = facts.inventory?.operatingSystem;
  const wanted = servicePackLevel(software);
  if (!wanted || system?.family !== 'windows' || !suitsSystem(software, facts)) return 'unknown';
  const { major, minor } = system.servicePack ?? { major: 0, minor: 0 };
  return truthOf(major > wanted.major || (major === wanted.major && minor >= wanted.minor));
}

/** The level that a service pack brings a machine to; null for everything else. */
export function servicePackLevel({ type, majorVersion, minorVersion, targets }: SoftwarePackage) {
  if (type !== 'service-pack' || majorVersion === null || targets.length === 0) return null;
  return { major: majorVersion, minor: minorVersion ?? 0 };
}

/** Applicability without the service pack: that can be brought to the machine, another system cannot. */
export function systemApplicability(software: Pick<SoftwarePackage, 'targets'>, facts: Facts): Applicability {
  return platformApplicability(software.targets.map(withoutLevels), facts);
}

function suitsSystem(software: SoftwarePackage, facts: Facts): boolean {
  return systemApplicability(software, facts).state === 'applicable';
}

function withoutLevels({
  baseServicePack: _base,
  absorbedBy: _absorbed,
  ...rest
}: PlatformTarget): PlatformTarget {
  return rest;
}

function detectionTruth(rule: Detection, { inventory }: Facts): Truth {
  if (rule.kind !== 'package' || !inventory) return 'unknown';
  const found = installed(inventory.software, rule.source, rule.name);
  const { operator, version } = rule;
  if (!operator || version === undefined) return truthOf(found.length > 0);
  const scheme = versionSchemeOf(rule.source);
  return truthOf(found.some((one) => versionHolds(scheme, one.version, operator, version)));
}

function installed(software: readonly InstalledSoftware[], source: string, name: string) {
  return software.filter((one) => one.name === name && one.source === source);
}

/** What the inventory says to one question of a condition; files and the registry are the machine's own business. */
export function probeInventory(leaf: ConditionLeaf, { inventory }: Facts): LeafFact {
  if (!inventory) return { state: 'unknown', cause: 'inventory-missing' };
  if (leaf.kind === 'package-installed' || leaf.kind === 'package-version') {
    const values = installed(inventory.software, leaf.source, leaf.name).map(({ version }) => version);
    return values.length === 0 ? { state: 'absent' } : { state: 'present', values };
  }
  if (leaf.kind !== 'os-release') return { state: 'unknown', cause: 'not-in-inventory' };
  const { id, version } = inventory.operatingSystem;
  if (leaf.key === 'ID') return { state: 'present', values: [id] };
  if (leaf.key === 'VERSION_ID') return { state: 'present', values: [version] };
  return { state: 'unknown', cause: 'not-in-inventory' };
}
