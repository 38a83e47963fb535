import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A child of the demonstration; ended with it. */
export interface Child {
  readonly process: ChildProcess;
  /** Resolves with the first line of output that matches; rejects when the process ends before. */
  line(pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray>;
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Receives standard error. */
  readonly logFile: string;
}

/** Starts Node with the same binary that runs the demonstration. */
export function startNode({ args, env, logFile }: ChildOptions): Child {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', openSync(logFile, 'a')],
  });
  const seen: string[] = [];
  const watchers = new Set<(text: string) => void>();
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
    seen.push(text);
    for (const watcher of watchers) watcher(text);
  });
  return {
    process: child,
    line: (pattern, timeoutMs) => waitForLine({ child, seen, watchers, logFile }, pattern, timeoutMs),
    stop: () => stop(child),
  };
}

interface Output {
  readonly child: ChildProcess;
  readonly seen: readonly string[];
  readonly watchers: Set<(text: string) => void>;
  readonly logFile: string;
}

function waitForLine(output: Output, pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray> {
  const { child, seen, watchers, logFile } = output;
  for (const text of seen) {
    const match = pattern.exec(text);
    if (match) return Promise.resolve(match);
  }
  const { promise, resolve, reject } = Promise.withResolvers<RegExpMatchArray>();
  const watcher = (text: string) => {
    const match = pattern.exec(text);
    if (match) resolve(match);
  };
  const ended = () => reject(new Error(`A process ended before it was ready; its log is ${logFile}.`));
  const timer = setTimeout(
    () => reject(new Error(`No answer within ${timeoutMs} ms; see ${logFile}.`)),
    timeoutMs,
  );
  watchers.add(watcher);
  child.once('exit', ended);
  return promise.finally(() => {
    clearTimeout(timer);
    watchers.delete(watcher);
    child.off('exit', ended);
  });
}

const stopTimeoutMs = 15_000;

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(timer);
}
