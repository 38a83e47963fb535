import type { Profile } from '../profiles/profile.ts';

/** What decides everything about a fleet. Machines are numbered from 0. */
export interface FleetPlan {
  readonly seed: number;
  readonly profile: Profile;
  /** How many times faster than life: every duration is divided by it. */
  readonly speed: number;
}

/** Milliseconds of the simulation for seconds of the life that it shows. */
export function lifeMs({ speed }: Pick<FleetPlan, 'speed'>, seconds: number): number {
  return (seconds * 1000) / speed;
}
