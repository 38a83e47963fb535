import { defaultExitCodes, defaultRunOptions, type FrozenStep } from '@tenkai/domain';
import type { Manifest } from '@tenkai/transfer';

type StepOf<K extends FrozenStep['kind']> = Extract<FrozenStep, { kind: K }>;

const plain = {
  index: 0,
  id: 'step',
  name: 'step',
  condition: null,
  continueOnError: false,
  timeoutMs: 120_000,
};

/** What a frozen step needs of a content. */
export function contentPart(manifest: Manifest) {
  return { contentId: manifest.contentId, packageId: 'pkg', revision: 1, bytes: manifest.totalBytes };
}

export function scriptStep(text: string, rest: Partial<StepOf<'run-script'>> = {}): StepOf<'run-script'> {
  const exitCodes = { success: [0], restart: [] };
  return { ...plain, kind: 'run-script', interpreter: 'sh', text, exitCodes, ...rest };
}

export function programStep(rest: Partial<StepOf<'run-program'>>): StepOf<'run-program'> {
  const own = { content: null, executable: null, parameters: '', options: defaultRunOptions };
  return { ...plain, kind: 'run-program', ...own, exitCodes: defaultExitCodes, ...rest };
}

export function installStep(rest: Partial<StepOf<'install-package'>>): StepOf<'install-package'> {
  return {
    ...plain,
    kind: 'install-package',
    content: null,
    packageId: 'pkg',
    packageName: 'Package',
    packageVersion: '1.0',
    program: 'install',
    executable: null,
    parameters: '',
    options: defaultRunOptions,
    exitCodes: defaultExitCodes,
    detection: [],
    applicableWhen: null,
    before: null,
    after: null,
    isDependency: false,
    ...rest,
  };
}

export function copyStep(rest: Partial<StepOf<'copy-files'>>): StepOf<'copy-files'> {
  return { ...plain, kind: 'copy-files', content: null, from: '', to: '/srv', ...rest };
}

export function restartStep(rest: Partial<StepOf<'restart'>> = {}): StepOf<'restart'> {
  return { ...plain, kind: 'restart', delaySeconds: 0, ifNeeded: false, skipIfDetected: [], ...rest };
}

export function shutDownStep(): StepOf<'shut-down'> {
  return { ...plain, kind: 'shut-down', delaySeconds: 0 };
}

export function waitStep(seconds: number): StepOf<'wait'> {
  return { ...plain, kind: 'wait', seconds };
}

export function wakeStep(): StepOf<'wake'> {
  return { ...plain, kind: 'wake' };
}
