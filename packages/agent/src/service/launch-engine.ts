import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { DataFolder } from '../data-folder.ts';
import type { Platform } from '../platform/platform.ts';

export interface LaunchDeps {
  readonly data: DataFolder;
  readonly platform: Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** File of the engine's program. */
  readonly engineEntry: string;
}

/**
 * The engine beside the program that runs now: `engine/main.ts` in the sources, `engine.<ext>` in a bundle.
 * `TENKAI_AGENT_ENGINE` names another one, for tests.
 */
export function findEngine(entry: string, env: LaunchDeps['env']): string {
  if (env.TENKAI_AGENT_ENGINE) return env.TENKAI_AGENT_ENGINE;
  const extension = extname(entry);
  const inSources = join(dirname(entry), 'engine', `main${extension}`);
  return existsSync(inSources) ? inSources : join(dirname(entry), `engine${extension}`);
}

/** Starts the engine of a run so that it outlives us (law 12). */
export function launchEngine({ data, platform, env, engineEntry }: LaunchDeps, run: string): Promise<void> {
  return platform.processes.startOwn({
    name: `tenkai-engine-${run}`,
    program: process.execPath,
    args: [engineEntry, '--data', data.root, '--run', run],
    environment: { ...platform.paths.environment(), ...ownVariables(env) },
    output: join(data.log, 'engine-output.log'),
  });
}

function ownVariables(env: LaunchDeps['env']): Record<string, string> {
  const own = Object.entries(env).filter(
    ([name, value]) => /^(TENKAI_|NODE_COMPILE_CACHE$)/.test(name) && value,
  );
  return Object.fromEntries(own) as Record<string, string>;
}
