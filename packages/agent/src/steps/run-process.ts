import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunOptions } from '@tenkai/domain';
import type { Command } from '../platform/platform.ts';
import { awaitLogon, type LogonNeed } from './await-logon.ts';
import { programEnvironment } from './program-environment.ts';
import type { StepContext } from './step.ts';

export interface RunProcess {
  /** Which of the step's processes: `before`, `main`, `after`. */
  readonly label: string;
  /** Called only where the process was not started before. */
  readonly command: () => Promise<Command & { readonly workFolder: string }>;
  readonly timeoutMs: number;
  readonly rights: RunOptions['rights'];
  /** Who must be at the machine, and for how long it waits for them. */
  readonly logon: LogonNeed;
  readonly window: RunOptions['window'];
}

/** `lost`: it was interrupted and left no exit code. */
export type ProcessOutcome = { readonly logTail: string } & (
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'lost' }
);

const logTailBytes = 8000;
const trimEveryMs = 1000;

/**
 * Runs a process of a step to its end. Where an engine before us started it, its end is awaited, or its exit code
 * taken: within one boot no process is ever run twice.
 * @throws the signal's reason; when the run was cancelled the process is gone, when the engine stops it goes on
 */
export async function runProcess(context: StepContext, input: RunProcess): Promise<ProcessOutcome> {
  const { processes, paths } = context.platform;
  const folder = join(context.folder, `${input.label}-${context.tries}`);
  const mark = markOf(context, input.label);
  if (!processes.wasStarted(folder)) {
    const environment = programEnvironment(paths, context.variables);
    const command = await input.command();
    await awaitLogon(context, input.logon);
    context.boundary(`step#${context.index}:${input.label}:before-start`);
    const { rights, window, logon } = input;
    // Without rights nobody may keep a machine awake.
    const isKept = logon.keepsUnlocked === true && rights === 'administrator';
    const begun = isKept ? { ...command, ...context.platform.sessions.keepingAwake(command) } : command;
    await processes.start({ ...begun, folder, mark, environment, rights, window });
    context.boundary(`step#${context.index}:${input.label}:started`);
  }
  const remainingMs = processes.startedAt(folder) + input.timeoutMs - context.now();
  const limit = new AbortController();
  const limitTimer = setTimeout(() => limit.abort(), clamp(remainingMs, input.timeoutMs));
  const trimTimer = setInterval(() => processes.trimOutput(folder), trimEveryMs);
  try {
    const end = await processes.ended({
      folder,
      mark,
      signal: AbortSignal.any([context.signal, limit.signal]),
    });
    if (end.kind === 'lost') await processes.endAll({ folder, mark });
    return { ...end, logTail: tailOf(context, folder) };
  } catch (error) {
    if (context.isStopping()) throw error;
    await processes.endAll({ folder, mark });
    if (context.signal.aborted) throw error;
    return { kind: 'timed-out', logTail: tailOf(context, folder) };
  } finally {
    clearTimeout(limitTimer);
    clearInterval(trimTimer);
  }
}

/** Ends everything that a step has started, in this life or in one before. */
export async function endProcesses(
  context: Pick<StepContext, 'folder' | 'platform' | 'run' | 'index'>,
): Promise<void> {
  for (const name of existsSync(context.folder) ? readdirSync(context.folder) : []) {
    const dash = name.lastIndexOf('-');
    const mark = markOf({ ...context, tries: Number(name.slice(dash + 1)) }, name.slice(0, dash));
    await context.platform.processes.endAll({ folder: join(context.folder, name), mark });
  }
}

/** Unique for each start of each process. */
function markOf({ run, index, tries }: Pick<StepContext, 'run' | 'index' | 'tries'>, label: string): string {
  return [run.runId, run.attempt, index, label, tries].join('/');
}

/** Node's timers end at 2^31 - 1; a clock that was set back must not make the limit longer. */
function clamp(remainingMs: number, timeoutMs: number): number {
  return Math.max(0, Math.min(remainingMs, timeoutMs, 2 ** 31 - 1));
}

/** What was printed last, in the form that a report may hold. */
export function tailOf({ platform }: StepContext, folder: string): string {
  const text = platform.processes.outputTail(folder, logTailBytes).toWellFormed();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours and cursor movements are dropped here
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}
