/** Runs test files, a bounded number at a time. */
import { type FileResult, runTestFile, type TestFileOptions } from './run-test-file.ts';

export interface TestFiles {
  readonly files: readonly string[];
  /** For each file. */
  readonly timeLimitMs: number;
  /** How many of them run at a time while the other kind runs too. */
  readonly lanes: number;
  /** Of those for which this holds never two run at a time. */
  readonly isHeavy?: (file: string) => boolean;
  /** Those for which this holds see a network of their own. */
  readonly hasCables?: (file: string) => boolean;
}

export interface RunFilesOptions extends Omit<TestFileOptions, 'file' | 'timeLimitMs' | 'hasOwnNetwork'> {
  readonly light: TestFiles;
  /** With real hosts: never more of them at a time than they have lanes, for each takes memory of a machine. */
  readonly hosts: TestFiles;
  /** Called as each file ends. */
  readonly onEnd: (result: FileResult) => void;
}

/**
 * Hosts beside hosts and light files beside both: who waits for a machine leaves its core to others. A lane of hosts that
 * has no more of them helps with the light files.
 * @returns the results in the order in which the files ended. After an abort, files not yet begun are left out.
 */
export async function runFiles({ light, hosts, onEnd, ...options }: RunFilesOptions): Promise<FileResult[]> {
  const results: FileResult[] = [];
  const laneOf = ({ files, timeLimitMs, isHeavy = () => false, hasCables = () => false }: TestFiles) => {
    const waiting = [...files];
    let heavyRunning = false;
    // What is left may be heavy files alone: the lane that has one at work does those, one after another.
    const take = (): string | undefined => {
      const place = waiting.findIndex((file) => !(heavyRunning && isHeavy(file)));
      return place === -1 ? undefined : waiting.splice(place, 1)[0];
    };
    return async () => {
      for (let file = take(); file !== undefined && !options.signal.aborted; file = take()) {
        const isHeavyOne = isHeavy(file);
        if (isHeavyOne) heavyRunning = true;
        const result = await runTestFile({ ...options, timeLimitMs, file, hasOwnNetwork: hasCables(file) });
        if (isHeavyOne) heavyRunning = false;
        results.push(result);
        onEnd(result);
      }
    };
  };
  const [runLight, runHosts] = [laneOf(light), laneOf(hosts)];
  const lanes = ({ lanes: length }: TestFiles, run: () => Promise<void>) => Array.from({ length }, run);
  await Promise.all([...lanes(hosts, () => runHosts().then(runLight)), ...lanes(light, runLight)]);
  return results;
}
