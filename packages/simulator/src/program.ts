import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Failure } from '@tenkai/domain/failure.ts';
import { type Problem, RemoteProblem, toProblem } from '@tenkai/protocol/problem.ts';
import { type Admission, type Fleet, startFleet } from './fleet/fleet.ts';
import type { Tally } from './fleet/tally.ts';
import { readProfile } from './profiles/read-profile.ts';

/** The first line on standard input. Secrets come this way and never as arguments, which everybody can list. */
export interface ProgramRequest {
  readonly url: string;
  readonly count: number;
  readonly seed: number;
  /** Name or path. */
  readonly profile: string;
  readonly speed: number;
  readonly stateFolder: string;
  readonly processes: number | null;
}

/** Lines on standard output. After `admit` the next line of standard input is an `Admission`. */
export type ProgramLine =
  | { readonly kind: 'admit'; readonly machines: number }
  | { readonly kind: 'started'; readonly processes: number }
  | { readonly kind: 'tally'; readonly tally: Tally }
  | { readonly kind: 'begun' }
  | { readonly kind: 'ended'; readonly tally: Tally }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** Runs a fleet for whoever started us, until a signal comes or standard input ends. @returns the exit status */
export async function runProgram({
  stdin,
  stdout,
}: {
  stdin: Readable;
  stdout: NodeJS.WritableStream;
}): Promise<number> {
  const stop = new AbortController();
  const say = (line: ProgramLine) => void stdout.write(`${JSON.stringify(line)}\n`);
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort());
  const lines = createInterface({ input: stdin })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('standard input ended before the answer');
    return JSON.parse(value) as never;
  };
  try {
    const { processes, ...request }: ProgramRequest = await nextLine();
    const fleet = await startFleet({
      ...request,
      ...(processes === null ? {} : { processes }),
      profile: await readProfile(request.profile),
      signal: stop.signal,
      onTally: (tally) => say({ kind: 'tally', tally }),
      async admit(machines): Promise<Admission> {
        say({ kind: 'admit', machines });
        return nextLine();
      },
    });
    // Whoever started us is gone when its end of the pipe closes.
    void lines.next().then(({ done }) => done && stop.abort());
    return await untilStopped(fleet, say, stop.signal);
  } catch (error) {
    say({ kind: 'failed', problem: problemOf(error) });
    return 1;
  } finally {
    // Whoever started us may wait for our end before it closes its own.
    stdin.destroy();
  }
}

async function untilStopped(
  fleet: Fleet,
  say: (line: ProgramLine) => void,
  signal: AbortSignal,
): Promise<number> {
  say({ kind: 'started', processes: fleet.processes.length });
  fleet.begun().then(
    () => say({ kind: 'begun' }),
    () => {},
  );
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([stopped, fleet.broken]);
  } finally {
    const tally = await fleet.stop();
    say({ kind: 'ended', tally });
  }
  return 0;
}

function problemOf(error: unknown): Problem {
  if (error instanceof RemoteProblem) return error.problem;
  if (error instanceof Failure) return toProblem(error);
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', message, detail: '', remedy: 'Report this as a defect of Tenkai.' };
}
