import { readSiteCandidates } from '@tenkai/domain/assignment/site-candidates.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import {
  auditMaster,
  findStep,
  isQualifiedName,
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
import { locatorHost, readSiteValues, siteOfAgent, trustKeys } from './agent-state.ts';
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
  const plan = planOf(scene, options, round);
  const precheck = refuseUnfit(scene, plan, options, round);
  const current = continues(round, plan) ? round : begin(deps, plan);
  const only = options.step === undefined ? null : (findStep(options.step) ?? null);
  const steps: PreparedStep[] = [];
  const done = new Set(current.done);
  // A step is done twice at most: what undoes another's work for ever must not hold us here.
  for (let left = 2 * masterStepCount; left > 0; left -= 1) {
    const next = nextStep(done, undone(scene, plan, done));
    if (only !== null) refuseSkipped(only, next);
    if (next === null || (only !== null && (next.id !== only.id || steps.length > 0))) break;
    const prepared = await doStep(deps, { step: next, plan, hasMetSite: current.hasMetSite });
    done.add(next.id);
    steps.push(prepared);
    deps.onStep(prepared);
  }
  return finish(deps, { plan, precheck, steps, next: nextStep(done, undone(scene, plan, done)) });
}

const masterStepCount = 8;

/** What was done and does not hold any more. Step 6 has changed the start type of step 2 on purpose. */
function undone(scene: Scene, plan: MasterPlan, done: ReadonlySet<string>): MasterFinding[] {
  return auditMaster(lookAt(scene, plan)).filter(({ step }) => done.has(step));
}

function finish({ scene, now }: PrepareDeps, report: Omit<PrepareReport, 'findings'>): PrepareReport {
  if (report.next !== null) return { ...report, findings: [] };
  const findings = auditMaster(lookAt(scene, report.plan));
  const isNew = report.steps.length > 0;
  if (isNew) appendToMasterJournal(scene.data, now(), { event: 'finished', findings });
  return { ...report, findings };
}

/** What was asked for, else what was begun, else what the settings say. */
function planOf({ data }: Scene, options: PrepareOptions, round: Round | null): MasterPlan {
  const before = round?.plan;
  const present = readSiteValues(data);
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
    siteValues: given ? asked : (before?.siteValues ?? present),
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

function begin({ scene, now }: PrepareDeps, plan: MasterPlan): Round {
  const { data } = scene;
  forgetImageId(scene);
  const hasMetSite = siteOfAgent(data) !== null || trustKeys(data, null).length > 0;
  appendToMasterJournal(data, now(), { event: 'begun', plan, agentVersion, hasMetSite });
  const round = lastRound(readMasterJournal(data));
  if (round === null) throw new Error('what was just written is not there');
  return round;
}

/** Everything that can be refused before anything was changed (law 10). */
function refuseUnfit(scene: Scene, plan: MasterPlan, options: PrepareOptions, round: Round | null): Precheck {
  const { data, platform, isImage } = scene;
  const site = siteOfAgent(data);
  const isInHand = round !== null && round.finishedAt === null;
  if (!isInHand)
    refuseMode(plan.mode, plan.mode === 're-capture' ? round !== null : round !== null && site !== null);
  if (site !== null && plan.mode === 'first-capture' && !options.unassign)
    throw new Failure('master-assigned', { site });
  refuseSiteValues(plan);
  const precheck = precheckMaster(precheckFacts(scene, plan.profile));
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
}

async function doStep(
  { scene, now }: PrepareDeps,
  { step, plan, hasMetSite }: StepInHand,
): Promise<PreparedStep> {
  const { data } = scene;
  const { id } = step;
  const { protection } = lookAt(scene, plan);
  const conditions: StepConditions = { profile: plan.profile, hasMetSite, protection };
  // What is there is deleted, whatever the journal remembers.
  const reason = trustIsThere(scene, step, plan) ? null : whyNotNeeded(id, conditions);
  if (reason !== null) {
    appendToMasterJournal(data, now(), {
      event: 'step-finished',
      step: id,
      outcome: 'not-needed',
      reason,
      changes: 0,
    });
    return { step, outcome: 'not-needed', reason, changes: [] };
  }
  appendToMasterJournal(data, now(), { event: 'step-started', step: id });
  const changes = await masterActs[id](scene, plan);
  verify(scene, step, plan);
  const outcome = 'done' as const;
  appendToMasterJournal(data, now(), {
    event: 'step-finished',
    step: id,
    outcome,
    reason: '',
    changes: changes.length,
  });
  return { step, outcome, reason: '', changes };
}

const trustIsThere = ({ data }: Scene, { id }: MasterStep, { pin }: MasterPlan) =>
  id === 'trust' && trustKeys(data, pin).length > 0;

/** @throws Failure master-step-failed */
function verify(scene: Scene, { id }: MasterStep, plan: MasterPlan): void {
  const left = unfinished(id, lookAt(scene, plan)).map(({ code, where }) => `${code}: ${where.join(', ')}`);
  const components = id === 'install' ? oddComponents(scene) : [];
  const all = [...left, ...components];
  if (all.length > 0)
    throw new Failure(
      'master-step-failed',
      { step: id, findings: String(all.length) },
      { detail: all.join('\n') },
    );
}

/** MASTER-09: before assignment everything is installed, and notification disabled. */
function oddComponents({ platform, data }: Scene): string[] {
  const isAssigned = siteOfAgent(data) !== null;
  const facts = { isAssigned, isRunning: false, isConnected: false, power: platform.power.supports };
  return agentComponents(facts)
    .filter(({ name, state }) => state !== (name === notification ? 'disabled' : 'installed'))
    .map(({ name, state }) => `component ${name}: ${state}`);
}
