import {
  type DeploymentSubject,
  Failure,
  type ScenarioDraft,
  type SoftwarePackage,
  stepsWithFirst,
} from '@tenkai/domain';
import type { Deps } from './needs.ts';

/** What a deployment runs, frozen when it is made, so that editing the scenario does not change what was started. */
export interface FrozenSubject {
  readonly name: string;
  readonly scenario: ScenarioDraft;
}

/** @throws Failure `not-found` where scenario or package do not exist */
export async function freezeSubject(
  { scenarios, packages }: Pick<Deps, 'scenarios' | 'packages'>,
  subject: DeploymentSubject,
): Promise<FrozenSubject> {
  if (subject.kind === 'scenario') {
    const found = await scenarios.scenario(subject.scenarioId);
    if (!found) throw new Failure('not-found', { what: 'scenario', id: subject.scenarioId });
    return { name: found.name, scenario: found.draft };
  }
  const software = await packages.sealedPackage(subject.packageId);
  if (!software) throw new Failure('not-found', { what: 'package', id: subject.packageId });
  const program = subject.program ?? software.programs[0]?.name ?? '';
  return { name: `${software.id}: ${program}`, scenario: scenarioOfProgram(software.id, subject.program) };
}

/** One program as a scenario with one step: there is one engine. */
function scenarioOfProgram(packageId: string, program: string | null): ScenarioDraft {
  return {
    name: packageId,
    description: '',
    variables: [],
    steps: [{ kind: 'install-package', id: 'install', name: packageId, packageId, program }],
    options: { restartAfter: false, powerOffAtEnd: false, restartAtStart: false },
  };
}

/** Every package that a scenario may need, with those that their programs require. */
export async function packagesOf(
  { packages }: Pick<Deps, 'packages'>,
  scenario: ScenarioDraft,
): Promise<Map<string, SoftwarePackage>> {
  const found = new Map<string, SoftwarePackage>();
  const wanted = stepsWithFirst(scenario).flatMap(({ step }) =>
    'packageId' in step && step.packageId ? [step.packageId] : [],
  );
  for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
    if (found.has(id)) continue;
    const software = await packages.sealedPackage(id);
    if (!software) continue;
    found.set(id, software);
    for (const program of software.programs) wanted.push(...program.requires.map((one) => one.packageId));
  }
  return found;
}
