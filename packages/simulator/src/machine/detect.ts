import type { ConditionLeaf, Detection, FrozenStep, LeafFact } from '@tenkai/domain';
import { versionHolds } from '@tenkai/domain/version/index.ts';
import { type Installed, inventoryOf, type MachineMemory } from './facts.ts';
import type { FleetPlan } from './fleet-plan.ts';

type Install = Extract<FrozenStep, { kind: 'install-package' }>;
export type InstalledSet = MachineMemory['installed'];

/** One package in one version, as the memory of a machine knows it. */
export function keyOf({ packageId, packageVersion }: Install): string {
  return `${packageId} ${packageVersion}`;
}

/** What an install leaves on the machine: what its detection names, or the package itself. */
export function installedBy(step: Install): Installed {
  const rule = step.detection.find((one) => one.kind === 'package');
  if (!rule) return { source: 'other', name: step.packageName, version: step.packageVersion };
  return { source: rule.source, name: rule.name, version: rule.version ?? step.packageVersion };
}

/** What a simulated machine can be asked. */
export interface Look {
  readonly plan: FleetPlan;
  readonly index: number;
  readonly installed: InstalledSet;
}

/** Files and scripts of a package are there when it was installed; of package managers the inventory is asked. */
export function detect(look: Look, step: Install) {
  const wasInstalled = Object.hasOwn(look.installed, keyOf(step));
  const results = step.detection.map((rule) => {
    if (wasInstalled) return { rule, isDetected: true, found: foundText(rule, step) };
    const versions = rule.kind === 'package' ? versionsOf(look, rule) : [];
    const isDetected = rule.kind === 'package' && versions.some((actual) => satisfies(rule, actual));
    return { rule, isDetected, found: versions.join(', ') || missingText(rule) };
  });
  return { results, isDetected: results.length > 0 && results.every((one) => one.isDetected) };
}

type PackageRule = Extract<Detection, { kind: 'package' }>;

function satisfies({ source, operator, version }: PackageRule, actual: string): boolean {
  if (operator === undefined || version === undefined) return true;
  return versionHolds(source === 'msi' ? 'windows' : source, actual, operator, version);
}

function versionsOf(
  { plan, index, installed }: Look,
  wanted: { readonly source: string; readonly name: string },
): string[] {
  return inventoryOf(plan, index, { boots: 1, installed })
    .software.filter(({ source, name }) => source === wanted.source && name === wanted.name)
    .map(({ version }) => version);
}

function foundText(rule: Detection, { packageVersion }: Install): string {
  if (rule.kind === 'file') return '4096 bytes';
  return rule.kind === 'package' ? (rule.version ?? packageVersion) : packageVersion;
}

function missingText(rule: Detection): string {
  if (rule.kind === 'file') return 'no such file';
  return rule.kind === 'package' ? 'not installed' : 'printed nothing';
}

/** BPKG-48..52: what a leaf of a condition finds on a simulated machine; what it does not simulate is absent. */
export function probe(look: Look, leaf: ConditionLeaf): LeafFact {
  if (leaf.kind === 'package-installed' || leaf.kind === 'package-version') {
    const values = versionsOf(look, leaf);
    return values.length > 0 ? { state: 'present', values } : { state: 'absent' };
  }
  if (leaf.kind !== 'os-release') return { state: 'absent' };
  const { id, version, family } = inventoryOf(look.plan, look.index, {
    boots: 1,
    installed: {},
  }).operatingSystem;
  const value = { ID: id, VERSION_ID: version }[leaf.key];
  return family === 'linux' && value !== undefined
    ? { state: 'present', values: [value] }
    : { state: 'absent' };
}
