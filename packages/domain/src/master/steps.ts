/** The procedure of MASTER-07 as data: what has to be done to a reference machine, in which order, and what of it when. */
import type { NotNeeded, ProtectionNeed } from './protection.ts';

/** Where the machines of the image will live: it decides whether they need a value to find their site (MASTER-13). */
export type MasterProfile = 'domain-published' | 'domain' | 'workgroup';
export const masterProfiles: readonly MasterProfile[] = ['domain-published', 'domain', 'workgroup'];

/** `re-capture`: a machine from an earlier image was changed and becomes a reference again (MASTER-03). */
export type MasterMode = 'first-capture' | 're-capture';

export type MasterStepId =
  | 'install'
  | 'service-manual'
  | 'certificates'
  | 'trust'
  | 'site-values'
  | 'start-type'
  | 'endpoint-protection'
  | 'capture';

export interface MasterStep {
  readonly id: MasterStepId;
  /** As people count them; null: the slot before the last one, which the old procedure does not count (MASTER-25). */
  readonly number: number | null;
}

/** The order is fixed. */
export const masterSteps: readonly MasterStep[] = [
  { id: 'install', number: 1 },
  { id: 'service-manual', number: 2 },
  { id: 'certificates', number: 3 },
  { id: 'trust', number: 4 },
  { id: 'site-values', number: 5 },
  { id: 'start-type', number: 6 },
  { id: 'endpoint-protection', number: null },
  { id: 'capture', number: 7 },
];

/** What decides which steps are needed. */
export interface StepConditions {
  readonly profile: MasterProfile;
  /** The machine holds something of a site that it has met; false: never contacted (MASTER-12, IDENT-27). */
  readonly hasMetSite: boolean;
  readonly protection: ProtectionNeed;
}

/** Why a step is not needed; null: it is. */
export function whyNotNeeded(step: MasterStepId, conditions: StepConditions): NotNeeded | null {
  if (step === 'trust' && !conditions.hasMetSite) return 'never-contacted';
  if (step === 'site-values' && conditions.profile === 'domain-published') return 'site-published';
  if (step === 'endpoint-protection') return conditions.protection.whyNot;
  return null;
}

/** The step of that number or name; undefined: there is none. */
export function findStep(word: string): MasterStep | undefined {
  return masterSteps.find(({ id, number }) => id === word || String(number) === word);
}

export const stepIndex = (id: MasterStepId): number => masterSteps.findIndex((step) => step.id === id);
