import { execFile } from 'node:child_process';
import { type Answer, type Ask, type Procedure, windowsProgram } from '@tenkai/domain/firewall/procedure.ts';

const timeoutMs = 60_000;
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Carries a procedure of the firewall out, program by program. @throws what the procedure throws */
export async function carryOut<T>(procedure: Procedure<T>, run: (ask: Ask) => Promise<Answer>): Promise<T> {
  let step = procedure.next();
  while (!step.done) step = procedure.next(await run(step.value));
  return step.value;
}

/** Runs one program of this machine. Never throws. */
export const onThisMachine = (signal: AbortSignal) => (ask: Ask) => runAsk(ask, signal);

function runAsk({ program, args }: Ask, signal: AbortSignal): Promise<Answer> {
  const isWindows = process.platform === 'win32';
  const env = isWindows ? process.env : { PATH: systemPath, LC_ALL: 'C.UTF-8', HOME: '/root' };
  const limits = { signal, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    const ended = (error: Error | null, stdout: string, stderr: string) => {
      const code = error === null ? 0 : (error as { code?: unknown }).code;
      resolve({ code: typeof code === 'number' ? code : null, stdout, stderr });
    };
    const path = isWindows ? windowsProgram(program, process.env.SystemRoot) : program;
    // netsh reads its own quotes (`name="..."`).
    const child = execFile(path, [...args], { ...limits, env, windowsVerbatimArguments: isWindows }, ended);
    child.stdin?.end();
  });
}
