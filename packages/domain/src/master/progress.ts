/** Which step is next, and which may not be done yet (MASTER-07). */
import { Failure } from '../failure.ts';
import type { MasterFinding } from './audit.ts';
import './failures.ts';
import { type MasterMode, type MasterStep, type MasterStepId, masterSteps, stepIndex } from './steps.ts';

/**
 * The first step that is not finished, or that was finished and whose work somebody has undone since: a service that
 * was started sends back to step 2 (MASTER-16). Null: all are done.
 */
export function nextStep(
  done: ReadonlySet<MasterStepId>,
  findings: readonly MasterFinding[],
): MasterStep | null {
  const undone = new Set(findings.map(({ step }) => step));
  return masterSteps.find(({ id }) => !done.has(id) || undone.has(id)) ?? null;
}

/**
 * @throws Failure master-step-skipped where a step before the wanted one is still to do
 */
export function refuseSkipped(wanted: MasterStep, next: MasterStep | null): void {
  if (next === null || stepIndex(wanted.id) <= stepIndex(next.id)) return;
  throw new Failure('master-step-skipped', { wanted: stepName(wanted), next: stepName(next) });
}

export const stepName = ({ id, number }: MasterStep): string => (number === null ? id : `${number} (${id})`);

/**
 * @param hasFinished this machine was prepared before: it comes from an image, or was to become one
 * @throws Failure master-prepared-before, master-never-prepared
 */
export function refuseMode(mode: MasterMode, hasFinished: boolean): void {
  if (mode === 'first-capture' && hasFinished) throw new Failure('master-prepared-before');
  if (mode === 're-capture' && !hasFinished) throw new Failure('master-never-prepared');
}
