import { execFile } from 'node:child_process';
import {
  type Answer,
  type Ask,
  type FirewallNeeds,
  firewallRules,
  type Procedure,
  planFirewall,
  rulesServedBy,
  windowsProgram,
} from '@tenkai/domain/firewall/index.ts';
import { type HostFirewallCheck, hostFirewallCheck, judgeCheck } from '@tenkai/domain/site-health/index.ts';
import type { LookAtFirewall } from './needs.ts';

/** Runs one program to its end; a refusal is an answer. */
export type RunAsk = (ask: Ask, signal: AbortSignal) => Promise<Answer>;

const timeoutMs = 30_000;
/** The rules of a Windows are half a megabyte from the start. */
const mostBytes = 64 * 1024 * 1024;
/** Each look is several programs of Windows, which is much for something that hardly ever changes. */
const askEveryMs = 60_000;

/** Asks Windows' own firewall, at most once a minute. */
export function askWindows(
  { needs, profiles }: { readonly needs: FirewallNeeds; readonly profiles: readonly string[] },
  run: RunAsk = runProgram,
): LookAtFirewall {
  const input = {
    role: 'server',
    rules: rulesServedBy(firewallRules('server', needs), process.execPath),
    profiles,
    system: 'windows',
  } as const;
  let latest: HostFirewallCheck | undefined;
  return async (now, signal) => {
    if (latest === undefined || Math.abs(now - latest.checkedAt) >= askEveryMs)
      latest = hostFirewallCheck(await carryOut(planFirewall(input), (ask) => run(ask, signal)), now);
    return judgeCheck(latest, now);
  };
}

async function carryOut<T>(procedure: Procedure<T>, run: (ask: Ask) => Promise<Answer>): Promise<T> {
  let step = procedure.next();
  while (!step.done) step = procedure.next(await run(step.value));
  return step.value;
}

const runProgram: RunAsk = ({ program, args }, signal) =>
  new Promise((resolve) => {
    execFile(
      windowsProgram(program, process.env.SystemRoot),
      [...args],
      // netsh reads its own quotes (`name="..."`).
      { signal, timeout: timeoutMs, maxBuffer: mostBytes, windowsHide: true, windowsVerbatimArguments: true },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        resolve({ code: typeof code === 'number' ? code : null, stdout, stderr });
      },
    );
  });
