import type { Reason } from '../scenario/frozen-step.ts';
import { platformApplicability } from '../software/applicability.ts';
import { evaluateCondition } from '../software/condition-evaluation.ts';
import type { SoftwarePackage } from '../software/software-package.ts';
import {
  presenceOf,
  probeInventory,
  servicePackLevel,
  systemApplicability,
  type UpdateFacts,
} from './presence.ts';
import { supersededBy } from './relations.ts';
import './update-sentences.ts';

/** Everything that the way of one machine to a package depends on. */
export interface ChainWorld {
  /** The newest revision of every registered package, also of those that take no part. */
  readonly packages: ReadonlyMap<string, SoftwarePackage>;
  readonly machine: UpdateFacts;
  /** Why automatic update may not deliver a package to this machine now; null: it may. */
  readonly barredBy: (software: SoftwarePackage) => Reason | null;
}

export type ChainStep =
  | { readonly kind: 'in-place' }
  /** `path`: from the package that was asked for to the one that goes first. */
  | { readonly kind: 'run'; readonly software: SoftwarePackage; readonly path: readonly string[] }
  | { readonly kind: 'blocked'; readonly reasons: readonly Reason[] };

/**
 * What has to be installed next so that a package comes onto the machine: itself where it can apply now, otherwise the
 * highest registered prerequisite or earlier level that can; asked again after each, until it is in place. Where none
 * can, the reasons name what is missing. Source: BAUT-09..13, BAUT-28.
 */
export function chainStep(goal: SoftwarePackage, world: ChainWorld): ChainStep {
  return stepTo(goal, world, [], new Map());
}

type Memo = Map<string, ChainStep>;

function stepTo(
  software: SoftwarePackage,
  world: ChainWorld,
  above: readonly string[],
  memo: Memo,
): ChainStep {
  if (above.includes(software.id)) return blocked(cycle([...above, software.id]));
  const known = memo.get(software.id);
  if (known) return known;
  const step = newStep(software, world, [...above, software.id], memo);
  // A package that is blocked only because of the way on which we came may be free on another.
  const isOfThisPath = step.kind === 'blocked' && step.reasons.some(({ code }) => code === 'update-cycle');
  if (!isOfThisPath) memo.set(software.id, step);
  return step;
}

function newStep(
  software: SoftwarePackage,
  world: ChainWorld,
  path: readonly string[],
  memo: Memo,
): ChainStep {
  const { machine } = world;
  if (presenceOf(software, machine) === 'yes') return { kind: 'in-place' };
  const system = systemApplicability(software, machine.facts);
  if (system.state !== 'applicable') return blocked(...system.reasons);
  const barred = world.barredBy(software);
  if (barred) return blocked(barred);
  const needs = [...missingPackages(software, world), ...missingLevel(software, world)];
  if (needs.length === 0) return { kind: 'run', software, path };
  const reasons: Reason[] = [];
  for (const need of needs) {
    const tried = need.candidates.map((candidate) => stepTo(candidate, world, path, memo));
    const run = tried.find((step) => step.kind === 'run');
    if (run) return run;
    reasons.push(need.reason, ...tried.flatMap((step) => (step.kind === 'blocked' ? step.reasons : [])));
  }
  return blocked(...reasons);
}

interface Need {
  /** Any of them helps, the best one first. */
  readonly candidates: readonly SoftwarePackage[];
  readonly reason: Reason;
}

/** Entries of `requires` that nothing on the machine fulfils. */
function missingPackages(software: SoftwarePackage, world: ChainWorld): Need[] {
  return (software.requires ?? [])
    .filter(({ anyOf }) => !anyOf.some((id) => isFulfilled(id, world)))
    .map(({ anyOf }) => ({
      candidates: highestFirst(
        anyOf.flatMap((id) => world.packages.get(id) ?? []),
        world,
      ),
      reason: missing(software, anyOf, world),
    }));
}

function missing({ id }: SoftwarePackage, anyOf: readonly string[], { packages }: ChainWorld): Reason {
  const isRegistered = anyOf.some((one) => packages.has(one));
  const code = isRegistered ? 'update-prerequisite-missing' : 'update-prerequisite-not-registered';
  return { code, params: { packageId: id, wanted: anyOf.join(' | ') } };
}

/** Present in any revision, or something that supersedes it is. */
function isFulfilled(id: string, { packages, machine }: ChainWorld): boolean {
  const isThere = (one: SoftwarePackage) =>
    machine.verified.has(one.id) || presenceOf(one, machine) === 'yes';
  const own = packages.get(id);
  if (own ? isThere(own) : machine.verified.has(id)) return true;
  for (const other of packages.values())
    if (other.id !== id && supersededBy(other.id, packages).has(id) && isThere(other)) return true;
  return false;
}

/** The machine is of the right system but not of the right level, or the package's own condition says no. */
function missingLevel(software: SoftwarePackage, world: ChainWorld): Need[] {
  const reasons = levelReasons(software, world.machine);
  if (reasons.length === 0) return [];
  const lower = [...world.packages.values()].filter(
    (other) => isLower(other, software, world) && presenceOf(other, world.machine) !== 'yes',
  );
  const [first] = reasons;
  return first ? [{ candidates: highestFirst(lower, world), reason: first }] : [];
}

function levelReasons(software: SoftwarePackage, machine: UpdateFacts): Reason[] {
  const platform = platformApplicability(software.targets, machine.facts);
  if (platform.state !== 'applicable') return [...platform.reasons];
  if (machine.refused.get(software.id) === software.revision)
    return [{ code: 'update-condition-refused', params: { packageId: software.id } }];
  if (!software.condition) return [];
  const { truth, reasons } = evaluateCondition(software.condition, (leaf) =>
    probeInventory(leaf, machine.facts),
  );
  return truth === 'no' ? reasons : [];
}

/** Whether `other` is an earlier level of `software` on this machine: declared, or by service pack. */
export function isLower(
  other: SoftwarePackage,
  software: SoftwarePackage,
  { packages, machine }: Pick<ChainWorld, 'packages' | 'machine'>,
): boolean {
  if (other.id === software.id) return false;
  const isDeclared = supersededBy(software.id, packages).has(other.id);
  const isReverse = supersededBy(other.id, packages).has(software.id);
  if (isDeclared || isReverse) return isDeclared && !isReverse;
  const [low, high] = [servicePackLevel(other), servicePackLevel(software)];
  if (!low || !high || compareLevels(low, high) >= 0) return false;
  return [other, software].every((one) => systemApplicability(one, machine.facts).state === 'applicable');
}

type Level = NonNullable<ReturnType<typeof servicePackLevel>>;

function compareLevels(a: Level, b: Level): number {
  return a.major - b.major || a.minor - b.minor;
}

/** A package comes before all that are lower than it; else the given order stays. */
function highestFirst(packages: readonly SoftwarePackage[], world: ChainWorld): SoftwarePackage[] {
  const height = (one: SoftwarePackage) => packages.filter((other) => isLower(other, one, world)).length;
  const heights = new Map(packages.map((one) => [one, height(one)]));
  return packages.toSorted((a, b) => (heights.get(b) ?? 0) - (heights.get(a) ?? 0));
}

function cycle(path: readonly string[]): Reason {
  const from = path.indexOf(path.at(-1) as string);
  return { code: 'update-cycle', params: { path: path.slice(from).join(' → ') } };
}

function blocked(...reasons: Reason[]): ChainStep {
  return { kind: 'blocked', reasons };
}
