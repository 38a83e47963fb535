import {
  type DeploymentDraft,
  deliveryOf,
  deliveryWarnings,
  effectiveDelivery,
  fitsWindow,
  type MachineFacts,
  type MaintenanceWindow,
  type Reason,
  type RunPlan,
  type RunSettings,
  runSettings,
  type ScenarioDraft,
} from '@tenkai/domain';
import type { DeploymentPreview } from '@tenkai/protocol/api/deployments.ts';
import type { Caller } from '../../../kernel/access/caller.ts';
import { requireDelivery } from '../create-deployment.ts';
import type { Deps } from '../needs.ts';
import { createPlanner } from '../release/planning.ts';
import { countStaged } from '../runs/runs.store.ts';
import { requireCollection } from '../scope.ts';
import { fullReason } from '../staged/pending-starts.ts';
import { freezeSubject } from '../subject.ts';

type PreviewedMachine = DeploymentPreview['machines'][number];

/** The list is for people; the counts are of all machines. */
const longestList = 1000;
const batchSize = 500;

/** What a deployment would do, by the function that plans the real thing; nothing is stored. */
export async function previewDeployment(
  deps: Deps,
  caller: Caller,
  draft: DeploymentDraft,
): Promise<DeploymentPreview> {
  await requireCollection(deps, caller, draft.collectionId);
  requireDelivery(deliveryOf(draft));
  const subject = await freezeSubject(deps, draft.subject);
  const settings = runSettings(draft, subject.scenario.options);
  const planner = await createPlanner(deps, subject.scenario, draft);
  const machineIds = await deps.collections.membersOf(draft.collectionId);
  const machines: PreviewedMachine[] = [];
  const sums = { applicableCount: 0, totalBytes: 0, totalRestarts: 0 };
  for (let from = 0; from < machineIds.length; from += batchSize) {
    const batch = machineIds.slice(from, from + batchSize);
    const facts = await deps.machines.factsOf(batch, { withSoftware: planner.needsSoftware });
    const windows = await deps.collections.windowsFor(batch);
    const staged = await stagedOf(deps, settings, batch);
    for (const one of facts.values()) {
      const row = previewMachine(draft, {
        facts: one,
        plan: planner.planFor(one),
        windows: windows.get(one.id) ?? [],
        full: fullReason(deps, staged.get(one.id) ?? 0),
        nowMs: deps.clock.now(),
      });
      sums.applicableCount += row.isApplicable ? 1 : 0;
      sums.totalBytes += row.bytes;
      sums.totalRestarts += row.restarts;
      if (machines.length < longestList) machines.push(row);
    }
  }
  const warnings = [
    ...timingWarnings(draft, settings, subject.scenario),
    ...(await warningsOf(deps, draft, subject.scenario, sums.applicableCount)),
  ];
  return {
    machines,
    targetCount: machineIds.length,
    ...sums,
    warnings,
    isTruncated: machineIds.length > machines.length,
  };
}

export async function stagedOf({ db }: Deps, { timing }: RunSettings, machineIds: readonly string[]) {
  return timing === 'at-next-start' ? countStaged(db.read, machineIds) : new Map<string, number>();
}

interface Candidate {
  readonly facts: MachineFacts;
  readonly plan: RunPlan;
  readonly windows: readonly MaintenanceWindow[];
  /** Why the machine has no room for one more run at its next start. */
  readonly full: Reason | null;
  readonly nowMs: number;
}

function previewMachine(
  draft: DeploymentDraft,
  { facts, plan, windows, full, nowMs }: Candidate,
): PreviewedMachine {
  const startsAt = draft.schedule.kind === 'at' ? Math.max(Date.parse(draft.schedule.at), nowMs) : nowMs;
  const fit = draft.respectsWindows
    ? fitsWindow({ windows, nowMs: startsAt, maxRunTimeMs: plan.maxRunTimeMs })
    : ({ fits: true } as const);
  const isApplicable = plan.state === 'applicable';
  return {
    machineId: facts.id,
    machineName: facts.name,
    isApplicable,
    reasons: [
      ...plan.reasons,
      ...plan.skipped.map(({ reason }) => reason),
      ...(fit.fits ? [] : [fit.reason]),
      ...(full ? [full] : []),
    ].filter(isFirst),
    bytes: plan.bytes,
    restarts: plan.restarts,
    earliestStartAt: isApplicable ? (fit.fits ? startsAt : fit.earliestAt) : null,
    isOnline: facts.isOnline,
  };
}

function isFirst(reason: Reason, index: number, all: readonly Reason[]): boolean {
  return all.findIndex((one) => JSON.stringify(one) === JSON.stringify(reason)) === index;
}

/** What timing and power settings will do, said before it is done (BSCN-20, BSCN-34). */
export function timingWarnings(
  draft: DeploymentDraft,
  { timing, powerOff }: RunSettings,
  { options }: ScenarioDraft,
): Reason[] {
  const codes: string[] = [];
  if (timing === 'at-next-start') {
    codes.push('runs-at-next-start');
    if (draft.restartAtStart ?? options.restartAtStart) codes.push('restart-is-the-start');
    if (draft.respectsWindows) codes.push('next-start-outside-windows');
  }
  if (powerOff !== 'no') codes.push(`power-off-${powerOff}`);
  return codes.map((code) => ({ code, params: {} }));
}

export async function warningsOf(
  deps: Deps,
  draft: DeploymentDraft,
  scenario: ScenarioDraft,
  count: number,
): Promise<Reason[]> {
  const problems = await deps.scenarios.problemsOf(scenario);
  const warnings = problems.map(({ code, params }) => ({ code, params }));
  const { concurrency } = deps.sites.settings();
  if (count > concurrency) warnings.push({ code: 'more-than-concurrency', params: { count, concurrency } });
  const limits = { site: concurrency, deployment: draft.concurrency };
  warnings.push(...deliveryWarnings(effectiveDelivery(deliveryOf(draft)), limits));
  if (!draft.respectsWindows) warnings.push({ code: 'windows-ignored', params: {} });
  return warnings;
}
