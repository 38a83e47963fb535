import type { ScenarioDraft, StepNode } from '@tenkai/domain/scenario/scenario.ts';

export const stepKinds = [
  'install-package',
  'run-program',
  'run-script',
  'copy-files',
  'restart',
  'shut-down',
  'wake',
  'wait',
  'group',
] as const satisfies readonly StepNode['kind'][];

/** What a new step of a kind begins with. */
export function newStep(kind: StepNode['kind'], name: string): StepNode {
  const common = { id: crypto.randomUUID(), name };
  switch (kind) {
    case 'install-package':
      return { ...common, kind, packageId: '', program: null };
    case 'run-program':
      return { ...common, kind, packageId: null, program: null, commandLine: '' };
    case 'run-script':
      return { ...common, kind, interpreter: 'sh', text: '' };
    case 'copy-files':
      return { ...common, kind, packageId: '', from: '', to: '' };
    case 'wait':
      return { ...common, kind, seconds: 60 };
    case 'group':
      return { ...common, kind, steps: [] };
    default:
      return { ...common, kind };
  }
}

export const newScenario: ScenarioDraft = {
  name: '',
  description: '',
  variables: [],
  steps: [],
  options: { restartAfter: false, powerOffAtEnd: false, restartAtStart: false },
};

/** Whether a step says all that its kind needs; what is wrong with it beyond that the site says. */
export function isStepComplete(node: StepNode): boolean {
  if (node.name.trim() === '') return false;
  switch (node.kind) {
    case 'install-package':
      return node.packageId !== '';
    case 'run-program':
      return node.packageId !== null || node.commandLine.trim() !== '';
    case 'run-script':
      return node.text.trim() !== '';
    case 'copy-files':
      return node.packageId !== '' && node.to !== '';
    case 'group':
      return node.steps.every(isStepComplete);
    default:
      return true;
  }
}
