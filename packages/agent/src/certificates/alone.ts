import { createInterface } from 'node:readline/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import type { DataFolder } from '../data-folder.ts';
import { takeLock } from '../lock.ts';
import type { Platform } from '../platform/platform.ts';
import { readStatus } from '../service/status-file.ts';
import { isEngineAlive } from '../service/supervise.ts';
import { serviceLockFolder } from './purge.ts';

/**
 * Does something that the running agent would undo: refuses while the service or an engine lives, and keeps both from
 * starting until it is done (IDENT-06).
 * @throws Failure identity-in-use, run-in-progress
 */
export async function whileAgentIsStopped<T>(
  { data, platform }: { data: DataFolder; platform: Platform },
  act: () => T | Promise<T>,
): Promise<T> {
  const status = readStatus(data);
  if (status && platform.processes.isAlive(status.process))
    throw new Failure('identity-in-use', { pid: status.process.pid });
  if (isEngineAlive({ data, platform })) throw new Failure('run-in-progress');
  const { processes } = platform;
  const lock = await takeLock({ processes, folder: serviceLockFolder(data), what: 'agent service' });
  try {
    return await act();
  } finally {
    lock.release();
  }
}

/** @throws Failure purge-not-confirmed: neither `--yes` nor a person who typed it */
export async function confirm(question: string, isConfirmed: boolean | undefined): Promise<void> {
  if (isConfirmed) return;
  if (!process.stdin.isTTY) throw new Failure('purge-not-confirmed');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${question} [yes/no] `, {
      signal: AbortSignal.timeout(10 * 60_000),
    });
    if (!/^(yes|はい)$/i.test(answer.trim())) throw new Failure('purge-not-confirmed');
  } finally {
    lines.close();
  }
}
