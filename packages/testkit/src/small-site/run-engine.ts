import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EnrolledAgent } from './enrolled-agent.ts';

const entry = fileURLToPath(import.meta.resolve('@tenkai/agent/engine/crash-points.ts'));

/** Tests start many engines: none has to be compiled twice. */
export const compileCache = join(tmpdir(), 'tenkai-compile-cache');

/** Starts the engine as the service does: a process of its own, which knows nothing but the data folder. */
export function spawnEngine(
  agent: EnrolledAgent,
  run: string,
  env: Record<string, string> = {},
): ChildProcess {
  return spawn(process.execPath, [entry, '--data', agent.data.root, '--run', run], {
    env: {
      PATH: process.env.PATH ?? '',
      NODE_COMPILE_CACHE: compileCache,
      TENKAI_BOOT_ID_FILE: agent.bootIdFile,
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
}

/** @returns exit status, or the signal that ended it. */
export async function runEngineToEnd(agent: EnrolledAgent, run: string, env: Record<string, string> = {}) {
  const [code, signal] = await once(spawnEngine(agent, run, env), 'exit');
  return (signal ?? code) as number | NodeJS.Signals;
}
