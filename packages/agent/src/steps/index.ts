import type { FrozenStep } from '@tenkai/domain';
import { copyFiles } from './copy-files.ts';
import { installPackage } from './install-package.ts';
import { restart, shutDown } from './restart.ts';
import { runProgram } from './run-program.ts';
import { runScript } from './run-script.ts';
import type { StepContext, StepEnd, StepHandler } from './step.ts';
import { wait, wake } from './wait.ts';

/** One room for each kind of step. */
const handlers: { readonly [K in FrozenStep['kind']]: StepHandler<K> } = {
  'install-package': installPackage,
  'run-program': runProgram,
  'run-script': runScript,
  'copy-files': copyFiles,
  restart,
  'shut-down': shutDown,
  wake,
  wait,
};

export function doStep(context: StepContext, step: FrozenStep): Promise<StepEnd> {
  return (handlers[step.kind] as StepHandler<FrozenStep['kind']>)(context, step as never);
}
