import { isTriedForEver } from '../agent-upgrade/agent-upgrade.ts';
import type { Reason } from '../scenario/frozen-step.ts';
import { restartTimeMs } from '../scenario/step-time.ts';
import '../scenario/run-sentences.ts';
import type { MaintenanceWindow } from '../schedule/window.ts';
import { fitsWindow } from '../schedule/window-fit.ts';
import type { SoftwarePackage } from '../software/software-package.ts';
import { type ChainStep, type ChainWorld, chainStep, isLower } from './chain.ts';
import type { UpdatePolicy } from './policy.ts';
import { systemApplicability, type UpdateFacts } from './presence.ts';
import { takesPart, timingOf } from './timing.ts';
import type { UpdateState } from './update-state.ts';

/** What the site remembers of a package on one machine. */
export interface UpdatePair {
  /** Since when it is to have it; null: not yet. */
  readonly since: number | null;
  /** Failed attempts since the last release or success. */
  readonly attempts: number;
  /** After a failure: not before this time. */
  readonly retryAt: number | null;
  /** Why an operator or the limit of attempts holds it; null: it is not held. */
  readonly held: Reason | null;
  /** A prerequisite of it was installed for its sake. */
  readonly isContinuing: boolean;
}

/** How far a package has spread. */
export interface UpdateRelease {
  /** When the site got its newest revision; epoch milliseconds. */
  readonly registeredAt: number;
  readonly openRing: number;
  /** Why nobody gets it; null: it goes on. */
  readonly held: Reason | null;
}

export interface UpdateMachine extends UpdateFacts {
  readonly isOn: boolean;
  readonly startedAt: number | null;
  readonly knownAt: number | null;
  readonly startDelayMs: number;
  readonly isOptedOut: boolean;
  readonly ring: number;
  readonly windows: readonly MaintenanceWindow[];
  readonly pairs: ReadonlyMap<string, UpdatePair>;
  /** A run of automatic update that has not ended. */
  readonly openRun: { readonly packageId: string } | null;
}

export interface JudgeInput {
  readonly packages: ReadonlyMap<string, SoftwarePackage>;
  readonly releases: ReadonlyMap<string, UpdateRelease>;
  readonly policy: UpdatePolicy;
  readonly machine: UpdateMachine;
  readonly nowMs: number;
}

export interface UpdateJudgement {
  readonly packageId: string;
  readonly state: UpdateState;
  readonly reason: Reason | null;
  /** Earliest time at which the state can change by itself; epoch milliseconds. */
  readonly until: number | null;
  /** It is to have the package and can get it; `since` begins with this. */
  readonly isWanted: boolean;
  /** False: nothing worth remembering, for the package is for other systems. */
  readonly concerns: boolean;
}

/** How a run is to be made: what it may do outside of a maintenance window. */
export type RunVariant = 'plain' | 'in-window' | 'restart-later';

export interface UpdateOrder {
  readonly packageId: string;
  /** For whose sake; the same where it is wanted itself. */
  readonly goalId: string;
  readonly variant: RunVariant;
}

export interface MachineJudgement {
  readonly packages: readonly UpdateJudgement[];
  /** What to begin now; null: nothing. One at a time, and judged again after each (BAUT-13, BAUT-19). */
  readonly order: UpdateOrder | null;
}

/**
 * Everything that automatic update says of one machine at one moment. Pure: preview and the real thing ask the same.
 * Source: BAUT-01..20, 25..27.
 */
export function judgeUpdates(input: JudgeInput): MachineJudgement {
  const taking = [...input.packages.values()].filter(({ urgency }) => takesPart(urgency));
  const off = offReason(input);
  if (off) return { packages: taking.map(({ id }) => no(id, off)), order: null };
  const world: ChainWorld = { ...input, barredBy: (software) => barredBy(software, input) };
  const rows = taking.map((software) => lookAt(software, input, world));
  const wanted = rows.filter((row) => row.step.kind === 'run');
  const goals = wanted.filter((row) => !supersedingGoal(row, wanted, world));
  const due = goals.flatMap((row) => dueOf(row, input)).toSorted(byTurn);
  const [first] = input.machine.openRun ? [] : due;
  const judged = rows.map((row) => judgementOf(row, { input, world, goals, turn: first?.goalId ?? null }));
  return { packages: judged, order: first ? orderOf(first, input) : null };
}

interface Row {
  readonly software: SoftwarePackage;
  readonly step: ChainStep;
}

function lookAt(software: SoftwarePackage, { machine }: JudgeInput, world: ChainWorld): Row {
  const system = systemApplicability(software, machine.facts);
  if (system.state === 'applicable') return { software, step: chainStep(software, world) };
  return { software, step: { kind: 'blocked', reasons: system.reasons } };
}

function offReason({ policy, machine }: JudgeInput): Reason | null {
  if (!policy.isOn) return { code: 'update-off', params: {} };
  return machine.isOptedOut ? { code: 'update-opted-out', params: {} } : null;
}

/** Why a package does not go to this machine now, as goal or on the way to one. Times are not asked here. */
function barredBy(software: SoftwarePackage, { releases, machine, policy }: JudgeInput): Reason | null {
  const { id, urgency } = software;
  if (software.type === 'agent' && !policy.upgradesAgents) return { code: 'update-agents-off', params: {} };
  if (!takesPart(urgency)) return { code: 'update-urgency', params: { packageId: id, urgency } };
  const release = releases.get(id) ?? { openRing: 0, held: null };
  if (release.held) return release.held;
  const held = machine.pairs.get(id)?.held;
  if (held) return held;
  if (machine.ring <= release.openRing) return null;
  const params = { ring: machine.ring + 1, open: release.openRing + 1, rings: policy.rings.length + 1 };
  return { code: 'update-ring', params };
}

/** A later level that this machine is to have and can reach makes an earlier one needless (BAUT-10). */
function supersedingGoal(
  { software }: Row,
  wanted: readonly Row[],
  world: ChainWorld,
): SoftwarePackage | null {
  return wanted.find((other) => isLower(software, other.software, world))?.software ?? null;
}

interface Due {
  readonly goalId: string;
  readonly software: SoftwarePackage;
  readonly goal: SoftwarePackage;
}

function dueOf({ software: goal, step }: Row, input: JudgeInput): Due[] {
  if (step.kind !== 'run' || !timeOf(goal, step.software, input).isDue) return [];
  return [{ goalId: goal.id, software: step.software, goal }];
}

/** When a goal may go on: its own time, and after failures of what comes first the time of the next attempt. */
function timeOf(goal: SoftwarePackage, first: SoftwarePackage, input: JudgeInput) {
  const { machine, policy, releases, nowMs } = input;
  const pair = machine.pairs.get(goal.id);
  const retry = [goal, first]
    .map(({ id }) => machine.pairs.get(id))
    .find((one) => (one?.retryAt ?? 0) > nowMs);
  if (retry) {
    const code = isTriedForEver(goal) ? 'agent-upgrade-pending' : 'update-retry';
    const reason = { code, params: { attempts: retry.attempts } };
    return { isDue: false as const, state: 'failed' as const, reason, until: retry.retryAt };
  }
  const question = {
    ...machine,
    urgency: goal.urgency,
    sinceMs: pair?.since ?? nowMs,
    registeredMs: releases.get(goal.id)?.registeredAt ?? nowMs,
    isContinuing: pair?.isContinuing ?? false,
    nowMs,
  };
  return timingOf(question, policy);
}

const urgencyOrder = { highest: 0, high: 1, normal: 2, low: 3 } as const;

/** Urgent ones first, those that must be alone last, so that their restarts disturb nothing else (BAUT-19). */
function byTurn(a: Due, b: Due): number {
  return (
    urgencyOrder[a.goal.urgency] - urgencyOrder[b.goal.urgency] ||
    Number(a.software.standalone) - Number(b.software.standalone) ||
    (a.goalId < b.goalId ? -1 : 1)
  );
}

function orderOf({ software, goalId }: Due, input: JudgeInput): UpdateOrder {
  return { packageId: software.id, goalId, variant: variantOf(software, input) };
}

/** BAUT-20. What is only complete after its restart waits for the window as a whole. */
function variantOf(software: SoftwarePackage, { policy, machine, nowMs }: JudgeInput): RunVariant {
  if (policy.installWindows === 'respect') return 'in-window';
  if (policy.restartWindows === 'ignore') return 'plain';
  if (fitsWindow({ windows: machine.windows, nowMs, maxRunTimeMs: restartTimeMs }).fits) return 'plain';
  return software.standalone || software.type === 'service-pack' ? 'in-window' : 'restart-later';
}

interface Picture {
  readonly input: JudgeInput;
  readonly world: ChainWorld;
  readonly goals: readonly Row[];
  /** The goal whose run begins now. */
  readonly turn: string | null;
}

function judgementOf(row: Row, picture: Picture): UpdateJudgement {
  const { software, step } = row;
  const { machine } = picture.input;
  const base = { packageId: software.id, until: null, isWanted: false, concerns: true };
  if (machine.openRun?.packageId === software.id)
    return { ...base, state: 'delivering', reason: null, isWanted: true };
  if (step.kind === 'in-place') return { ...base, state: 'applied', reason: null };
  if (step.kind === 'blocked') return blockedJudgement(software, step.reasons, picture.input);
  const by = supersedingGoal(row, picture.goals, picture.world);
  if (by)
    return { ...base, state: 'not-applicable', reason: { code: 'update-superseded', params: { by: by.id } } };
  return wantedJudgement(software, step.software, picture);
}

function blockedJudgement(
  software: SoftwarePackage,
  reasons: readonly Reason[],
  input: JudgeInput,
): UpdateJudgement {
  const { machine } = input;
  const reason = reasons[0] ?? null;
  const suits = systemApplicability(software, machine.facts).state === 'applicable';
  const base = { packageId: software.id, reason, until: null, isWanted: false, concerns: suits };
  const barred = suits ? barredBy(software, input) : null;
  if (barred?.code === 'update-ring') return { ...base, reason: barred, state: 'waiting-time' };
  if (barred) return { ...base, reason: barred, state: 'held' };
  return { ...base, state: 'not-applicable' };
}

function wantedJudgement(
  goal: SoftwarePackage,
  first: SoftwarePackage,
  { input, turn }: Picture,
): UpdateJudgement {
  const base = { packageId: goal.id, isWanted: true, concerns: true };
  const time = timeOf(goal, first, input);
  if (!time.isDue) return { ...base, state: time.state, reason: time.reason, until: time.until };
  const reason =
    first === goal
      ? turn === goal.id
        ? null
        : { code: 'earlier-run', params: {} }
      : { code: 'update-before', params: { packageId: first.id } };
  return { ...base, state: 'delivering', reason, until: null };
}

function no(packageId: string, reason: Reason): UpdateJudgement {
  return { packageId, state: 'not-applicable', reason, until: null, isWanted: false, concerns: false };
}
