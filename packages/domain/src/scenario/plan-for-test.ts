import { aMachine, aPackage, aScenario } from '@tenkai/testkit/builders.ts';
import type { SoftwarePackage } from '../software/software-package.ts';
import { plan } from './plan.ts';
import type { ScenarioDraft } from './scenario.ts';

/** The plan of a scenario for a machine with Debian, unless `over` says otherwise; the query `true` matches. */
export function planned(
  scenario: Partial<ScenarioDraft>,
  packages: SoftwarePackage[] = [aPackage()],
  over: Partial<Parameters<typeof plan>[0]> = {},
) {
  return plan({
    scenario: aScenario(scenario),
    packages: new Map(packages.map((one) => [one.id, one])),
    facts: aMachine(),
    variables: {},
    matches: (query) => query === 'true',
    ...over,
  });
}

/** The kinds of its steps; `restart?` is one that is left out where it is not needed. */
export function shape(result: ReturnType<typeof planned>): string[] {
  return result.steps.map((step) => (step.kind === 'restart' && step.ifNeeded ? 'restart?' : step.kind));
}

/** A target that this machine is not. */
export const windows = { operatingSystem: 'windows', language: 'any', architecture: 'any' } as const;
