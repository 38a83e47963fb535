import { Failure } from '@tenkai/domain/failure.ts';
import type { PlatformOptions, Power } from '../platform.ts';
import { run } from '../shell.ts';
import { systemEnvironment, systemProgram } from './environment.ts';

type Action = 'restart' | 'shut-down';

const timeoutMs = 60_000;

/** At once, whatever programs say; planned, for maintenance of software (shutdown.exe: reason P:4:2). */
export function shutdownArguments(action: Action): readonly string[] {
  return [action === 'restart' ? '/r' : '/s', '/f', '/t', '0', '/d', 'P:4:2', '/c', 'Tenkai'];
}

/** By the configured program, else by shutdown.exe. `ask` is the real one but in tests. */
export function createPower({ powerCommand }: Pick<PlatformOptions, 'powerCommand'>, ask = run): Power {
  const give = async (action: Action, signal: AbortSignal) => {
    const [program = '', ...args] = powerCommand
      ? [...powerCommand, action]
      : [systemProgram('shutdown.exe'), ...shutdownArguments(action)];
    const result = await ask(program, args, { timeoutMs, signal, env: systemEnvironment() });
    // 1115: a shutdown is under way already.
    if (result.code === 0 || result.code === 1115) return;
    const cause = result.problem || `exit code ${result.code}`;
    throw new Failure('program-failed', { program, cause }, { detail: result.stderr.slice(-1000) });
  };
  return {
    supports: { restart: true, shutDown: true },
    restart: (signal) => give('restart', signal),
    shutDown: (signal) => give('shut-down', signal),
    // Services are stopped by the system without a reason that could be asked for.
    isStopping: async () => false,
  };
}
