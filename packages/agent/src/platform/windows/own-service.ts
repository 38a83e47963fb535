import { setTimeout as delay } from 'node:timers/promises';
import { serviceStateIn } from '@tenkai/domain/machine/service-state.ts';
import type { OwnService } from '../platform.ts';
import { run } from '../shell.ts';
import { systemEnvironment, systemProgram } from './environment.ts';

const name = 'TenkaiAgent';
const timeoutMs = 60_000;
const pollMs = 500;

/** By sc.exe. `ask` and `wait` are the real ones but in tests. */
export function createOwnService(ask = run, wait: (ms: number) => Promise<unknown> = delay): OwnService {
  const sc = (act: 'query' | 'start', signal: AbortSignal) =>
    ask(systemProgram('sc.exe'), [act, name], { timeoutMs, signal, env: systemEnvironment() });
  const stateNow = async (signal: AbortSignal) => {
    const { code, stdout } = await sc('query', signal);
    return code === 0 ? serviceStateIn(stdout) : undefined;
  };
  return {
    isRunning: async (signal) => (await stateNow(signal)) === 'running',
    async startIfStopped(signal) {
      for (;;) {
        const state = await stateNow(signal);
        if (state === 'stopped') return (await sc('start', signal)).code === 0;
        if (state !== 'stopping' || signal.aborted) return false;
        await wait(pollMs);
      }
    },
  };
}
