import { constants } from 'node:os';
import { removeWorkFolders } from '../../bench/site/work-folder.ts';

/** A benchmark that is interrupted leaves neither processes nor folders; its exit status is 128 and the signal's number. */
export function leaveNothingWhenInterrupted(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      // Last of all: who started a process ends it when this one exits, and it must not write into a folder that is gone.
      process.once('exit', removeWorkFolders);
      process.exit(128 + constants.signals[signal]);
    });
}
