import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import { makeFolder, readIfThere } from '../../durable-file.ts';
import { outputTail, trimOutput } from '../output-file.ts';
import type { Command, Paths, ProcessEnd, Processes, Sessions, StartProcess } from '../platform.ts';
import { realBootId } from './boot.ts';
import { startOwn } from './own-process.ts';
import { hasVariable, statOf } from './proc.ts';
import { endTree, findTree, markVariable } from './process-tree.ts';
import { accountFor, asUser, giveFolder } from './user-rights.ts';

/**
 * Stays beside the program for as long as it runs, so that its exit code is on the disk even when the engine that
 * started it is gone. It writes its own number first: from then on a later engine can find it.
 */
const wrapper =
  'echo $$ >"$0/pid"; "$@"; code=$?; echo "$code" >"$0/exit.new"; mv "$0/exit.new" "$0/exit"; exit "$code"';

const lookAgainMs = 100;

/** Programs of packages: no terminal, no input, output into a file, no part of them lost from sight. */
export function createProcesses({ paths, sessions }: { paths: Paths; sessions: Sessions }): Processes {
  /** Those of this engine, whose end is told to us. */
  const children = new Map<string, ChildProcess>();
  return {
    startOwn,
    async start(input) {
      const command = await withRights(input, { paths, sessions });
      makeFolder(input.folder);
      const output = openSync(join(input.folder, 'output.log'), 'a', 0o600);
      try {
        children.set(input.folder, await spawnWrapped(command, input, output));
      } finally {
        closeSync(output);
      }
    },
    async ended({ folder, mark, signal }) {
      for (;;) {
        signal.throwIfAborted();
        const wasThere = isThere(folder, mark, children.get(folder));
        const end = exitOf(folder);
        if (end) return end;
        if (!wasThere) return { kind: 'lost' };
        await nextLook(children.get(folder), signal);
      }
    },
    wasStarted: (folder) => existsSync(folder),
    startedAt: (folder) => Math.floor(statSync(folder).birthtimeMs),
    async endAll({ mark }) {
      await endTree(mark);
    },
    outputTail,
    trimOutput,
    own: () => ({ pid: process.pid, startTime: statOf(process.pid)?.startTime ?? '', bootId: realBootId() }),
    isAlive: ({ pid, startTime, bootId }) => bootId === realBootId() && statOf(pid)?.startTime === startTime,
  };
}

async function withRights(
  input: StartProcess,
  { paths, sessions }: { paths: Paths; sessions: Sessions },
): Promise<Command & { environment: Record<string, string> }> {
  const environment = { ...input.environment, [markVariable]: input.mark };
  const isRoot = process.getuid?.() === 0;
  if (input.rights === 'administrator') {
    if (!isRoot && paths.root === null) throw new Failure('rights-missing');
    return { program: input.program, args: input.args, environment };
  }
  if (!isRoot) return { program: input.program, args: input.args, environment };
  const account = await accountFor(sessions);
  await giveFolder(input.workFolder, account);
  return {
    ...asUser(account, input),
    environment: { ...environment, HOME: account.home, USER: account.name },
  };
}

function spawnWrapped(
  command: Command & { environment: Record<string, string> },
  { folder, workFolder }: StartProcess,
  output: number,
): Promise<ChildProcess> {
  const child = spawn('/bin/sh', ['-c', wrapper, folder, command.program, ...command.args], {
    cwd: workFolder,
    env: command.environment,
    // A session of its own: no terminal, and an end of the engine is not its end.
    detached: true,
    stdio: ['ignore', output, output],
  });
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Failure('program-failed', { program: command.program, cause: cause.message }, { cause })),
    );
    child.once('spawn', () => resolve(child));
  });
}

function isThere(folder: string, mark: string, child: ChildProcess | undefined): boolean {
  if (child) return child.exitCode === null && child.signalCode === null;
  const pid = Number(readIfThere(join(folder, 'pid')) ?? 0);
  if (pid > 0) return statOf(pid) !== undefined && hasVariable(pid, `${markVariable}=${mark}`);
  // The engine before us ended between starting the wrapper and the wrapper's first act.
  return findTree(mark).length > 0;
}

function exitOf(folder: string): ProcessEnd | null {
  // After a power cut the file may be there and empty: then nothing is known.
  const text = readIfThere(join(folder, 'exit'))?.trim() ?? '';
  return /^\d+$/.test(text) ? { kind: 'exited', code: Number(text) } : null;
}

async function nextLook(child: ChildProcess | undefined, signal: AbortSignal): Promise<void> {
  const wait = new AbortController();
  const stop = () => wait.abort();
  child?.once('exit', stop);
  signal.addEventListener('abort', stop, { once: true });
  if (!signal.aborted) await sleep(lookAgainMs, undefined, { signal: wait.signal }).catch(() => {});
  child?.off('exit', stop);
  signal.removeEventListener('abort', stop);
}
