export { type Admission, type Fleet, type FleetOptions, startFleet } from './fleet/fleet.ts';
export type { Tally } from './fleet/tally.ts';
export { factsOf, type MachineMemory, nameOf, newMemory } from './machine/facts.ts';
export type { FleetPlan } from './machine/fleet-plan.ts';
export { type Prediction, predictRun } from './machine/predict.ts';
export type { Profile } from './profiles/profile.ts';
export { profiles } from './profiles/profiles.ts';
export { readProfile } from './profiles/read-profile.ts';
