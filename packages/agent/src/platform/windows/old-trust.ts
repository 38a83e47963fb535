import { windowsAsks } from '@tenkai/domain/master/windows-asks.ts';
import type { OldTrust } from '../platform.ts';
import { run } from '../shell.ts';
import { systemEnvironment, systemProgram } from './environment.ts';

const timeoutMs = 120_000;

/** The old product's keys in WMI, by PowerShell: VBScript is gone from recent Windows (IDENT-26, IDENT-28). */
export function createOldTrust(ask = run): OldTrust {
  const say = async ({ program, args }: ReturnType<typeof windowsAsks.listTrust>, signal: AbortSignal) =>
    ask(systemProgram(program), args, { timeoutMs, signal, env: systemEnvironment() });
  return {
    async count(signal) {
      const { code, stdout } = await say(windowsAsks.listTrust(), signal);
      return code === 0 && /^\s*\d{1,6}\s*$/.test(stdout) ? Number(stdout) : null;
    },
    async removeAll(signal) {
      await say(windowsAsks.deleteTrust(), signal);
    },
  };
}
