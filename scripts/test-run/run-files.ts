/** Runs test files, a bounded number at a time. */
import { type FileResult, runTestFile, type TestFileOptions } from './run-test-file.ts';

export interface RunFilesOptions extends Omit<TestFileOptions, 'file'> {
  readonly files: readonly string[];
  readonly concurrency: number;
  /** Called as each file ends. */
  readonly onEnd: (result: FileResult) => void;
}

/** The results in the order in which the files ended. After an abort, files not yet begun are left out. */
export async function runFiles({
  files,
  concurrency,
  onEnd,
  ...options
}: RunFilesOptions): Promise<FileResult[]> {
  const waiting = [...files];
  const results: FileResult[] = [];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined && !options.signal.aborted; file = waiting.shift()) {
      const result = await runTestFile({ ...options, file });
      results.push(result);
      onEnd(result);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}
