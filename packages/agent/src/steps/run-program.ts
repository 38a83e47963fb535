import { judgeExit } from './judge-exit.ts';
import { runProcess } from './run-process.ts';
import type { StepHandler } from './step.ts';
import { prepareProgram } from './work-folder.ts';

/** A program of a package, or a command line of the system; its exit code alone decides. */
export const runProgram: StepHandler<'run-program'> = async (context, step) => {
  const { rights, window } = step.options;
  const { timeoutMs } = step;
  const command = () => prepareProgram(context, step);
  const outcome = await runProcess(context, {
    label: 'main',
    command,
    timeoutMs,
    rights,
    logon: step.options,
    window,
  });
  return judgeExit(context, outcome, step.exitCodes, timeoutMs);
};
