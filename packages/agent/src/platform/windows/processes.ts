import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import { makeFolder, readIfThere, writeDurably } from '../../durable-file.ts';
import { outputTail, trimOutput } from '../output-file.ts';
import type { ProcessEnd, Processes, ProcessIdentity, StartOwn, StartProcess } from '../platform.ts';
import { run } from '../shell.ts';
import { bootId } from './boot.ts';
import { agentDataFolder, systemEnvironment, systemProgram, systemRoot } from './environment.ts';
import { holdFile, isHeld } from './held-file.ts';
import { aliveFile, commandFile, type WrappedCommand, wrapperText } from './program-wrapper.ts';
import { decodeConsole } from './registry.ts';

const lookAgainMs = 100;
/** A wrapper that has not begun by then never will. */
const beginLimitMs = 60_000;
const endLimitMs = 60_000;
const taskkillLimitMs = 60_000;

/** Programs of packages: no window of ours, no input, output into a file, ended with all their descendants. */
export function createProcesses(): Processes {
  /** Wrappers of this engine, whose end is told to us. */
  const children = new Map<string, ChildProcess>();
  const isThere = (folder: string) => {
    const child = children.get(folder);
    if (child) return child.exitCode === null && child.signalCode === null;
    return isWrapperAlive(folder);
  };
  return {
    startOwn,
    async start(input) {
      if (input.rights === 'user') throw new Failure('user-rights-not-possible');
      makeFolder(input.folder);
      children.set(input.folder, await startWrapper(input));
    },
    async ended({ folder, signal }) {
      for (;;) {
        signal.throwIfAborted();
        const wasThere = isThere(folder);
        const end = exitOf(folder);
        if (end) return end;
        if (!wasThere) return { kind: 'lost' };
        await sleep(lookAgainMs, undefined, { signal }).catch(() => {});
      }
    },
    wasStarted: (folder) => existsSync(folder),
    startedAt: (folder) => Math.floor(statSync(folder).birthtimeMs),
    endAll: ({ folder }) => endTree(folder, () => isThere(folder)),
    outputTail: (folder, bytes) => outputTail(folder, bytes, decodeConsole),
    trimOutput,
    own: ownIdentity,
    isAlive: (identity) => identity.bootId === realBootId() && isHeld(identity.startTime),
  };
}

const realBootId = () => bootId({ bootIdFile: null });

let own: ProcessIdentity | undefined;

/** A file that this process holds open names it: numbers of processes are soon used again. */
function ownIdentity(): ProcessIdentity {
  if (own) return own;
  const folder = join(agentDataFolder(), 'alive');
  const startTime = join(folder, `${process.pid}-${randomUUID()}`);
  holdFile(folder, startTime);
  own = { pid: process.pid, startTime, bootId: realBootId() };
  return own;
}

/** Beside us and in no job of ours: an end of the service is not its end. */
async function startOwn({ program, args, environment, output }: StartOwn): Promise<void> {
  const log = openSync(output, 'a', 0o600);
  try {
    const child = spawn(program, [...args], {
      cwd: systemRoot(),
      env: environment,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log],
    });
    await once(child, 'spawn');
    child.unref();
  } finally {
    closeSync(log);
  }
}

async function startWrapper({
  folder,
  workFolder,
  program,
  args,
  isVerbatim = false,
  environment,
  window,
  mark,
}: StartProcess): Promise<ChildProcess> {
  const command: WrappedCommand = {
    program,
    args,
    isVerbatim,
    isHidden: window === 'hidden',
    workFolder,
    environment: { ...environment, TENKAI_STEP: mark },
  };
  writeDurably(join(folder, commandFile), JSON.stringify(command));
  const child = spawn(process.execPath, ['-e', wrapperText, folder], {
    cwd: systemRoot(),
    env: systemEnvironment(),
    detached: true,
    windowsHide: true,
    stdio: 'ignore',
  });
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new Failure('program-failed', { program, cause: String(cause) }, { cause });
  }
  child.unref();
  return child;
}

/** One that has only just been started, by an engine that is gone, may not hold its file yet. */
function isWrapperAlive(folder: string): boolean {
  const alive = join(folder, aliveFile);
  if (existsSync(alive)) return isHeld(alive, { isKept: true });
  return existsSync(folder) && Date.now() - statSync(folder).birthtimeMs < beginLimitMs;
}

function exitOf(folder: string): ProcessEnd | null {
  const text = readIfThere(join(folder, 'exit'))?.trim() ?? '';
  return /^\d+$/.test(text) ? { kind: 'exited', code: Number(text) } : null;
}

/** taskkill finds descendants by their parents' numbers; what lost its parent before is not found. */
async function endTree(folder: string, isThere: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + endLimitMs;
  while (isThere() && !exitOf(folder) && performance.now() < giveUpAt) {
    const pid = readIfThere(join(folder, 'pid'))?.trim() ?? '';
    if (/^\d+$/.test(pid)) await run(systemProgram('taskkill.exe'), killArguments(pid), killOptions());
    if (isThere()) await sleep(lookAgainMs);
  }
}

export const killArguments = (pid: string) => ['/T', '/F', '/PID', pid];
const killOptions = () => ({ timeoutMs: taskkillLimitMs, env: systemEnvironment() });
