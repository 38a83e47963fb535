import { judgeExit } from './judge-exit.ts';
import { runMainProgram } from './run-main-program.ts';
import type { StepHandler } from './step.ts';

/** A program of a package, or a command line of the system; its exit code alone decides. */
export const runProgram: StepHandler<'run-program'> = async (context, step) => {
  const outcome = await runMainProgram(context, step);
  return judgeExit(context, outcome, step.exitCodes, step.timeoutMs);
};
