import { type ProcessOutcome, runProcess } from './run-process.ts';
import type { StepContext, StepOf } from './step.ts';
import { prepareProgram } from './work-folder.ts';

/**
 * The program that a step is about, with its rights, session, window and time limit; hooks are run by themselves.
 * @throws Failure as prepareProgram and awaitLogon
 */
export function runMainProgram(
  context: StepContext,
  step: StepOf<'install-package' | 'run-program'>,
): Promise<ProcessOutcome> {
  const { options, timeoutMs } = step;
  const { rights, window } = options;
  const command = () => prepareProgram(context, step);
  return runProcess(context, { label: 'main', command, timeoutMs, rights, logon: options, window });
}
