/** Runs test files, a bounded number at a time. */
import { type FileResult, runTestFile, type TestFileOptions } from './run-test-file.ts';

export interface TestFiles {
  readonly files: readonly string[];
  /** For each file. */
  readonly timeLimitMs: number;
}

export interface RunFilesOptions extends Omit<TestFileOptions, 'file' | 'timeLimitMs'> {
  readonly light: TestFiles;
  /** With real hosts: never two of them at a time, whose virtual machines and browsers need a core of their own. */
  readonly hosts: TestFiles;
  /** How many files run at a time, of both kinds together. */
  readonly concurrency: number;
  /** Called as each file ends. */
  readonly onEnd: (result: FileResult) => void;
}

/**
 * Hosts one by one, and light files beside them: who waits for a machine to start leaves its core to others.
 * @returns the results in the order in which the files ended. After an abort, files not yet begun are left out.
 */
export async function runFiles({
  light,
  hosts,
  concurrency,
  onEnd,
  ...options
}: RunFilesOptions): Promise<FileResult[]> {
  const results: FileResult[] = [];
  const laneOf = ({ files, timeLimitMs }: TestFiles) => {
    const waiting = [...files];
    return async () => {
      for (
        let file = waiting.shift();
        file !== undefined && !options.signal.aborted;
        file = waiting.shift()
      ) {
        const result = await runTestFile({ ...options, timeLimitMs, file });
        results.push(result);
        onEnd(result);
      }
    };
  };
  const [runLight, runHosts] = [laneOf(light), laneOf(hosts)];
  const others = Array.from({ length: Math.max(1, concurrency - 1) }, runLight);
  await Promise.all([runHosts().then(runLight), ...others]);
  return results;
}
