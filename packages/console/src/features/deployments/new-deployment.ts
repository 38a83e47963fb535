import { type DeliverySettings, defaultDelivery } from '@tenkai/domain/deployment/delivery.ts';
import type { DeploymentDraft, DeploymentSubject } from '@tenkai/domain/deployment/deployment.ts';

/** What the wizard has so far; a deployment when nothing of it is missing. */
export type DeploymentPlan = Omit<DeploymentDraft, 'subject' | 'collectionId' | 'delivery'> & {
  readonly delivery: DeliverySettings;
  readonly subject: DeploymentSubject | undefined;
  readonly collectionId: string | undefined;
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
};

export function isSubjectComplete(subject: DeploymentSubject | undefined): subject is DeploymentSubject {
  if (!subject) return false;
  return subject.kind === 'scenario' ? subject.scenarioId !== '' : subject.packageId !== '';
}

/** The deployment that a plan is; undefined: something is missing. */
export function toDraft(plan: DeploymentPlan, fallbackName: string): DeploymentDraft | undefined {
  const { subject, collectionId } = plan;
  if (!isSubjectComplete(subject) || collectionId === undefined) return undefined;
  const name = (plan.name.trim() || fallbackName).slice(0, 127);
  return { ...plan, name, subject, collectionId };
}
