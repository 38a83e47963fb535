/** Runs one test file in a process of its own, with a time limit, and reports what happened in it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestEvent } from './event-lines.ts';
import { endLeftovers, type Leftover, markVariable } from './leftovers.ts';

const reporter = fileURLToPath(new URL('event-lines.ts', import.meta.url));
const fixedSeed = new URL('fixed-seed.ts', import.meta.url).href;
const killAfterMs = 10_000;
const outputLimitChars = 20_000;

export interface TestResult {
  /** Path of the file, from the root of the project. */
  readonly file: string;
  /** The suites around it, then its own name. */
  readonly path: readonly string[];
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly reason?: string;
  readonly durationMs: number;
}

export interface FileResult {
  readonly file: string;
  readonly seconds: number;
  readonly tests: readonly TestResult[];
  /** What is wrong with the file as a whole: it crashed, took too long, or holds no test. */
  readonly problem?: string;
  /** The end of what it printed. */
  readonly output: string;
  readonly leftovers: readonly Leftover[];
}

export interface TestFileOptions {
  readonly root: string;
  readonly file: string;
  readonly timeLimitMs: number;
  /** It runs in a network of its own, with a loopback and nothing else, where this system lets us make one. */
  readonly hasOwnNetwork?: boolean;
  /** Ends the file early. */
  readonly signal: AbortSignal;
}

/** Runs the file; never throws for what the tests do. */
export async function runTestFile(options: TestFileOptions): Promise<FileResult> {
  const { root, file } = options;
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-test-'));
  const startedAt = Date.now();
  const mark = randomUUID();
  try {
    const events = join(folder, 'events');
    const report = [`--test-reporter=${reporter}`, `--test-reporter-destination=${events}`];
    const [program, ...args] = inNetwork(options, [
      process.execPath,
      `--import=${fixedSeed}`,
      ...report,
      file,
    ]);
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Inside `node --test` this variable would make the runner ignore its reporter.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, [markVariable]: mark },
    });
    const output = tail(child);
    const end = await ended(child, options);
    const leftovers = await endLeftovers(mark);
    const { tests, unfinished, noted } = parse(file, await readFile(events, 'utf8').catch(() => ''));
    const problem = wrong(end, tests, { unfinished, noted });
    const seconds = (Date.now() - startedAt) / 1000;
    return { file, seconds, tests, output: output(), leftovers, ...(problem && { problem }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const ownNetwork = ['unshare', '--net', 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh'] as const;

/** Each program of the line takes the place of the one before: the process is the same. */
function inNetwork(
  { hasOwnNetwork = false }: TestFileOptions,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  const isPossible = process.platform === 'linux' && process.getuid?.() === 0;
  return hasOwnNetwork && isPossible ? [...ownNetwork, ...command] : command;
}

interface End {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stoppedFor?: 'time' | 'interrupt';
  readonly limitMs: number;
}

function ended(child: ChildProcess, { timeLimitMs, signal }: TestFileOptions): Promise<End> {
  return new Promise((resolve, reject) => {
    let stoppedFor: 'time' | 'interrupt' | undefined;
    let killTimer: NodeJS.Timeout | undefined;
    const stop = (why: 'time' | 'interrupt') => {
      stoppedFor ??= why;
      child.kill('SIGTERM');
      killTimer ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    };
    const timer = setTimeout(() => stop('time'), timeLimitMs);
    const interrupt = () => stop('interrupt');
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt);
    child.on('error', reject);
    // 'exit' and not 'close': a forgotten grandchild may hold the pipes open.
    child.on('exit', (status, exitSignal) => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      signal.removeEventListener('abort', interrupt);
      resolve({ status, signal: exitSignal, limitMs: timeLimitMs, ...(stoppedFor && { stoppedFor }) });
    });
  });
}

function tail(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: string) => {
    text = (text + chunk).slice(-outputLimitChars);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', add);
  return () => text;
}

interface Told {
  readonly unfinished: readonly string[];
  readonly noted: readonly string[];
}

function parse(file: string, text: string): Told & { tests: TestResult[] } {
  const tests: TestResult[] = [];
  const unfinished = new Map<string, string>();
  const noted: string[] = [];
  for (const line of text.split('\n')) {
    const event = parseLine(line);
    if (event?.kind === 'begun') unfinished.set(event.key, event.name);
    if (event?.kind === 'done') unfinished.delete(event.key);
    if (event?.kind === 'noted') noted.push(event.message);
    if (event?.kind === 'reported' && isCounted(event)) tests.push(result(file, event));
  }
  return { tests, unfinished: [...unfinished.values()], noted };
}

// The last line may be cut off when the process was killed.
function parseLine(line: string): TestEvent | undefined {
  if (!line.endsWith('}')) return undefined;
  try {
    return JSON.parse(line) as TestEvent;
  } catch {
    return undefined;
  }
}

type ReportedEvent = Extract<TestEvent, { kind: 'reported' }>;

// A suite counts only where it speaks for tests that did not run: skipped as a whole, or failed in a hook.
const isCounted = (event: ReportedEvent) => !event.isSuite || event.outcome !== 'passed';

function result(file: string, { path, outcome, reason, durationMs }: ReportedEvent): TestResult {
  return { file, path, outcome, durationMs, ...(reason !== undefined && { reason }) };
}

function wrong(end: End, tests: readonly TestResult[], { unfinished, noted }: Told): string | undefined {
  const running = unfinished.length > 0 ? `; still running: ${unfinished.join(', ')}` : '';
  if (end.stoppedFor === 'time') return `stopped at its time limit of ${end.limitMs / 1000} s${running}`;
  if (end.stoppedFor === 'interrupt') return `interrupted${running}`;
  if (end.signal) return `killed by ${end.signal}${running}`;
  if (end.status !== 0 && !tests.some((test) => test.outcome === 'failed'))
    return `ended with status ${end.status}${running}${noted.map((message) => `\n${message}`).join('')}`;
  if (tests.length === 0) return 'holds no test';
  return undefined;
}
