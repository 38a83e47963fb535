import { readSiteCandidates } from '@tenkai/domain/assignment/site-candidates.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import {
  auditMaster,
  findStep,
  isQualifiedName,
  type MasterFacts,
  type MasterFinding,
  type MasterProfile,
  type MasterStep,
  nextStep,
  type Precheck,
  precheckMaster,
  refuseMode,
  refuseSkipped,
  type StepConditions,
  unfinished,
  whyNotNeeded,
} from '@tenkai/domain/master/index.ts';
import { agentComponents, notification } from '../components.ts';
import { runTurns } from '../run-turns.ts';
import { agentVersion } from '../version.ts';
import { masterActs } from './acts.ts';
import { locatorHost, siteOfAgent } from './agent-state.ts';
import {
  appendToMasterJournal,
  lastRound,
  type MasterPlan,
  type Round,
  readMasterJournal,
} from './journal.ts';
import { lookAt, precheckFacts } from './look.ts';
import { forgetImageId } from './manifest.ts';
import type { Scene } from './scene.ts';

export interface PrepareOptions {
  readonly profile?: MasterProfile;
  readonly locator?: string;
  readonly dnsSuffix?: string;
  /** Sites that the image is to bring with it, one in a line (MASTER-15). */
  readonly candidates?: string;
  /** Of the targets' site; the image then trusts it. */
  readonly rootFingerprint?: string;
  readonly reCapture?: boolean;
  readonly unassign?: boolean;
  /** Only this one, by number or name; undefined: all that are left. */
  readonly step?: string;
}

export interface PreparedStep {
  readonly step: MasterStep;
  readonly outcome: 'done' | 'not-needed';
  readonly reason: string;
  /** What was changed; it names the machine, and is kept nowhere. */
  readonly changes: readonly string[];
}

export interface PrepareReport {
  readonly plan: MasterPlan;
  readonly precheck: Precheck;
  /** Those of this call. */
  readonly steps: readonly PreparedStep[];
  readonly next: MasterStep | null;
  /** Of the audit; it comes with the end of the last step. */
  readonly findings: readonly MasterFinding[];
}

export interface PrepareDeps {
  readonly scene: Scene;
  readonly now: () => number;
  /** Told about each step as it ends. */
  readonly onStep: (step: PreparedStep) => void;
}

/**
 * Does what is left of the seven steps, in their order, each looked at after it was done. After a crash or a restart the
 * same call goes on at the first step that is not finished, or whose work somebody has undone.
 * @throws Failure: all of masterFailures, run-in-progress; before the first change where it can be known then
 */
export async function prepareMaster(deps: PrepareDeps, options: PrepareOptions): Promise<PrepareReport> {
  const { scene } = deps;
  const round = lastRound(readMasterJournal(scene.data));
  const plan = await planOf(scene, options, round);
  let facts = await lookAt(scene, plan);
  const precheck = refuseUnfit(scene, { plan, options, round, facts });
  const current = continues(round, plan) ? round : await begin(deps, plan);
  const only = options.step === undefined ? null : (findStep(options.step) ?? null);
  const steps: PreparedStep[] = [];
  const done = new Set(current.done);
  // A step is done twice at most: what undoes another's work for ever must not hold us here.
  for (let left = 2 * masterStepCount; left > 0; left -= 1) {
    const next = nextStep(done, undone(facts, done));
    if (only !== null) refuseSkipped(only, next);
    if (next === null || (only !== null && (next.id !== only.id || steps.length > 0))) break;
    const prepared = await doStep(deps, { step: next, plan, hasMetSite: current.hasMetSite, facts });
    if (prepared.outcome === 'done') facts = await verify(scene, prepared, plan);
    finishStep(deps, prepared);
    done.add(next.id);
    steps.push(prepared);
    deps.onStep(prepared);
  }
  return finish(deps, facts, { plan, precheck, steps, next: nextStep(done, undone(facts, done)) });
}

const masterStepCount = 8;

/** What was done and does not hold any more. Step 6 has changed the start type of step 2 on purpose. */
function undone(facts: MasterFacts, done: ReadonlySet<string>): MasterFinding[] {
  return auditMaster(facts).filter(({ step }) => done.has(step));
}

function finish(
  { scene, now }: PrepareDeps,
  facts: MasterFacts,
  report: Omit<PrepareReport, 'findings'>,
): PrepareReport {
  if (report.next !== null) return { ...report, findings: [] };
  const findings = auditMaster(facts);
  const isNew = report.steps.length > 0;
  if (isNew) appendToMasterJournal(scene.data, now(), { event: 'finished', findings });
  return { ...report, findings };
}

/** What was asked for, else what was begun, else what the settings say. */
async function planOf({ system }: Scene, options: PrepareOptions, round: Round | null): Promise<MasterPlan> {
  const before = round?.plan;
  const { locator, dnsSuffix, candidates } = options;
  const given = [locator, dnsSuffix, candidates].some((value) => value !== undefined);
  // Those of an earlier preparation go with it.
  const former = before?.siteValues.candidates === undefined ? {} : { candidates: [] };
  const sites = candidates === undefined ? former : { candidates: readSiteCandidates(candidates) };
  const asked = { locator: locator ?? null, dnsSuffix: dnsSuffix ?? null, ...sites };
  const isReCapture = options.reCapture ?? (before?.mode === 're-capture' && round?.finishedAt === null);
  return {
    mode: isReCapture ? 're-capture' : 'first-capture',
    profile: options.profile ?? before?.profile ?? 'workgroup',
    siteValues: given ? asked : (before?.siteValues ?? (await system.look(null)).siteValues),
    // Each candidate has its own root key; a pin of before would speak for all of them.
    pin: options.rootFingerprint?.toLowerCase() ?? (candidates === undefined ? before?.pin : null) ?? null,
  };
}

/** The same preparation goes on, also one that was finished; anything else begins anew. */
function continues(round: Round | null, plan: MasterPlan): round is Round {
  if (round === null || (plan.mode === 're-capture' && round.finishedAt !== null)) return false;
  const { mode: _, ...before } = round.plan;
  const { mode, ...wanted } = plan;
  return (
    JSON.stringify(before) === JSON.stringify(wanted) &&
    (round.finishedAt !== null || round.plan.mode === mode)
  );
}

async function begin({ scene, now }: PrepareDeps, plan: MasterPlan): Promise<Round> {
  const { data } = scene;
  forgetImageId(scene);
  const { siteCode, trustKeys } = await lookAt(scene, { ...plan, pin: null });
  const hasMetSite = siteCode !== null || trustKeys.length > 0;
  appendToMasterJournal(data, now(), { event: 'begun', plan, agentVersion, hasMetSite });
  const round = lastRound(readMasterJournal(data));
  if (round === null) throw new Error('what was just written is not there');
  return round;
}

interface Wanted {
  readonly plan: MasterPlan;
  readonly options: PrepareOptions;
  readonly round: Round | null;
  readonly facts: MasterFacts;
}

/** Everything that can be refused before anything was changed (law 10). */
function refuseUnfit(scene: Scene, { plan, options, round, facts }: Wanted): Precheck {
  const { data, platform, isImage } = scene;
  const { siteCode: site } = facts;
  const isInHand = round !== null && round.finishedAt === null;
  if (!isInHand)
    refuseMode(plan.mode, plan.mode === 're-capture' ? round !== null : round !== null && site !== null);
  if (site !== null && plan.mode === 'first-capture' && !options.unassign)
    throw new Failure('master-assigned', { site });
  refuseSiteValues(plan);
  const precheck = precheckMaster(precheckFacts(scene, facts, continues(round, plan) ? round : null));
  if (!precheck.isGreen) throw new Failure('master-online');
  if (!isImage && runTurns(data, platform.bootId()).active.length > 0) throw new Failure('run-in-progress');
  return precheck;
}

function refuseSiteValues({ profile, siteValues }: MasterPlan): void {
  const { locator, dnsSuffix, candidates = [] } = siteValues;
  const hasWay = locator !== null || dnsSuffix !== null || candidates.length > 0;
  if (profile !== 'domain-published' && !hasWay) throw new Failure('master-site-values-missing', { profile });
  for (const value of [locator === null ? null : locatorHost(locator), dnsSuffix])
    if (value !== null && !isQualifiedName(value))
      throw new Failure('master-site-value-malformed', { value });
}

interface StepInHand {
  readonly step: MasterStep;
  readonly plan: MasterPlan;
  readonly hasMetSite: boolean;
  readonly facts: MasterFacts;
}

async function doStep(
  { scene, now }: PrepareDeps,
  { step, plan, hasMetSite, facts }: StepInHand,
): Promise<PreparedStep> {
  const { id } = step;
  const conditions: StepConditions = { profile: plan.profile, hasMetSite, protection: facts.protection };
  // What is there is deleted, whatever the journal remembers.
  const isHeld = id === 'trust' && facts.trustKeys.length > 0;
  const reason = isHeld ? null : whyNotNeeded(id, conditions);
  if (reason !== null) return { step, outcome: 'not-needed', reason, changes: [] };
  appendToMasterJournal(scene.data, now(), { event: 'step-started', step: id });
  return { step, outcome: 'done', reason: '', changes: await masterActs[id](scene, plan, facts) };
}

function finishStep({ scene, now }: PrepareDeps, { step, outcome, reason, changes }: PreparedStep): void {
  appendToMasterJournal(scene.data, now(), {
    event: 'step-finished',
    step: step.id,
    outcome,
    reason,
    changes: changes.length,
  });
}

const shownChanges = 5;

/** @returns what was seen. @throws Failure master-step-failed, with what was done last */
async function verify(
  scene: Scene,
  { step: { id }, changes }: PreparedStep,
  plan: MasterPlan,
): Promise<MasterFacts> {
  const facts = await lookAt(scene, plan);
  const left = unfinished(id, facts).map(({ code, where }) => `${code}: ${where.join(', ')}`);
  const all = [...left, ...(id === 'install' ? oddComponents(scene) : [])];
  if (all.length === 0) return facts;
  const detail = [...all, ...changes.slice(-shownChanges)].join('\n');
  throw new Failure('master-step-failed', { step: id, findings: String(all.length) }, { detail });
}

/** MASTER-09: before assignment everything is installed, and notification disabled. */
function oddComponents({ platform, data }: Scene): string[] {
  const isAssigned = siteOfAgent(data) !== null;
  const facts = { isAssigned, isRunning: false, isConnected: false, power: platform.power.supports };
  return agentComponents(facts)
    .filter(({ name, state }) => state !== (name === notification ? 'disabled' : 'installed'))
    .map(({ name, state }) => `component ${name}: ${state}`);
}
