import type { ExitCodes } from '@tenkai/domain';
import type { ProcessOutcome } from './run-process.ts';
import { failed, type StepContext, type StepEnd, succeeded, TryAgain } from './step.ts';

/**
 * What the end of a program means by itself. A success here is not one of the step yet where detection follows.
 * @throws TryAgain where it was interrupted within one boot: scripts and programs are run at least once
 */
export function judgeExit(
  context: StepContext,
  outcome: ProcessOutcome,
  codes: ExitCodes,
  timeoutMs: number,
): StepEnd {
  const { logTail } = outcome;
  if (outcome.kind === 'timed-out')
    return failed('time-limit', { minutes: Math.round(timeoutMs / 60_000) }, { logTail });
  if (outcome.kind === 'lost') {
    // To run it again could restart the machine again, for ever (BPKG-31).
    if (context.hasRestarted) return failed('interrupted', { by: 'restart' }, { logTail });
    throw new TryAgain(logTail);
  }
  const exitCode = outcome.code;
  if (codes.restart.includes(exitCode)) return succeeded({ exitCode, logTail, wantsRestart: true });
  if (codes.success.includes(exitCode)) return succeeded({ exitCode, logTail });
  const cause = rollBackIn(logTail);
  if (cause !== undefined) return failed('rolled-back', { cause }, { exitCode, logTail });
  return failed('exit-code', { exitCode }, { exitCode, logTail });
}

/** A program that has put back what was there before says so in its last line. */
function rollBackIn(logTail: string): string | undefined {
  return /(?:^|\n)tenkai-result: rolled back: ([^\n]{1,300})\s*$/.exec(logTail)?.[1];
}
