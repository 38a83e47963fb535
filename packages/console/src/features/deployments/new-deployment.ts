import { type DeliverySettings, defaultDelivery } from '@tenkai/domain/deployment/delivery.ts';
import type { DeploymentDraft, DeploymentSubject } from '@tenkai/domain/deployment/deployment.ts';
import type { TimingDraft } from '@tenkai/domain/scenario/run-settings.ts';

/** What the wizard has so far; a deployment when nothing of it is missing. */
export type DeploymentPlan = Omit<
  DeploymentDraft,
  'subject' | 'collectionId' | 'delivery' | keyof TimingDraft
> & {
  readonly delivery: DeliverySettings;
  readonly subject: DeploymentSubject | undefined;
  readonly collectionId: string | undefined;
  /** What is absent is as the scenario says. */
  readonly timing: TimingDraft;
};

export const newPlan: DeploymentPlan = {
  name: '',
  subject: undefined,
  collectionId: undefined,
  purpose: 'required',
  schedule: { kind: 'now' },
  respectsWindows: true,
  concurrency: null,
  wakesMachines: false,
  retries: 0,
  variables: [],
  delivery: defaultDelivery,
  timing: {},
};

export function isSubjectComplete(subject: DeploymentSubject | undefined): subject is DeploymentSubject {
  if (!subject) return false;
  return subject.kind === 'scenario' ? subject.scenarioId !== '' : subject.packageId !== '';
}

/** The deployment that a plan is; undefined: something is missing. */
export function toDraft(plan: DeploymentPlan, fallbackName: string): DeploymentDraft | undefined {
  const { subject, collectionId, timing, ...rest } = plan;
  if (!isSubjectComplete(subject) || collectionId === undefined) return undefined;
  const name = (plan.name.trim() || fallbackName).slice(0, 127);
  return { ...rest, ...timing, name, subject, collectionId };
}

/** Takes one setting of timing and power; undefined: as the scenario says. What no longer goes with it is taken out. */
export function withTiming<K extends keyof TimingDraft>(
  before: TimingDraft,
  field: K,
  value: TimingDraft[K] | undefined,
): TimingDraft {
  const { [field]: _, ...others } = before;
  const after = (value === undefined ? others : { ...others, [field]: value }) as TimingDraft;
  if (after.timing === 'at-next-start') {
    const { restartAtStart: _isTheStart, ...rest } = after;
    return rest;
  }
  if (after.powerOffAtEnd !== 'after-delivery') return after;
  const { powerOffAtEnd: _needsNextStart, ...rest } = after;
  return rest;
}
