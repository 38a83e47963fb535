import { existsSync } from 'node:fs';
import { Failure } from '@tenkai/domain/failure.ts';
import type { PlatformOptions, Power } from '../platform.ts';
import { plainEnvironment, run } from '../shell.ts';
import { findProgram } from './installer.ts';

type Action = 'restart' | 'shut-down';

const timeoutMs = 60_000;
const systemdVerbs: Record<Action, string> = { restart: 'reboot', 'shut-down': 'poweroff' };

/** By the configured program, else by systemd where it runs (sd_booted(3)); a container has neither. */
export function createPower({ powerCommand, root, env }: PlatformOptions): Power {
  const systemctl = existsSync('/run/systemd/system') && root === null ? findProgram('systemctl') : null;
  const isSupported = powerCommand !== null || systemctl !== null;

  const give = async (action: Action, signal: AbortSignal) => {
    const [program, ...args] = powerCommand ? [...powerCommand, action] : [systemctl, systemdVerbs[action]];
    if (!program) throw new Failure('power-not-supported', { action });
    const result = await run(program, args as string[], { timeoutMs, signal, env: withOwn(env) });
    // Ended by the restart itself is as good as done.
    if (result.code === 0 || /ended by SIGTERM/.test(result.problem)) return;
    const cause = result.problem || `exit code ${result.code}`;
    throw new Failure('program-failed', { program, cause }, { detail: result.stderr.slice(-1000) });
  };
  return {
    supports: { restart: isSupported, shutDown: isSupported },
    restart: (signal) => give('restart', signal),
    shutDown: (signal) => give('shut-down', signal),
    async isStopping() {
      if (systemctl === null) return false;
      const { stdout } = await run(systemctl, ['is-system-running'], { timeoutMs: 5000 });
      return stdout.trim() === 'stopping';
    },
  };
}

/** The configured program of a test host needs to know which host it stands for. */
function withOwn(env: PlatformOptions['env']): Record<string, string> {
  const own = Object.entries(env).filter(
    (entry): entry is [string, string] => /^TENKAI_/.test(entry[0]) && entry[1] !== undefined,
  );
  return { ...plainEnvironment(), ...Object.fromEntries(own) };
}
