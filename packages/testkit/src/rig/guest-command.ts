/** Commands and files for a virtual machine, by way of its guest agent. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandResult } from './command.ts';
import type { GuestAgent } from './guest-agent.ts';
import type { HostCommand } from './host-command.ts';
import type { Namespace } from './network.ts';
import { end, spawnOwned, tailOf } from './own-process.ts';
import { until } from './until.ts';

const defaultTimeoutMs = 120_000;
const pollMs = 100;
const sendLimitMs = 300_000;
const fileServer = join(import.meta.dirname, 'serve-file.ts');
/** Status of timeout(1) when the time was up. */
const timedOut = 124;

export interface GuestCommandOptions {
  readonly timeoutMs?: number;
  readonly input?: string;
}

interface ExecStatus {
  readonly exited: boolean;
  readonly exitcode?: number;
  readonly signal?: number;
  readonly 'out-data'?: string;
  readonly 'err-data'?: string;
}

/** @throws Error when it takes too long (it is ended then), or the machine goes down meanwhile */
export async function runInGuest(
  agent: GuestAgent,
  command: HostCommand,
  options: GuestCommandOptions = {},
): Promise<CommandResult> {
  const pid = await startInGuest(agent, command, options);
  for (;;) {
    const status = (await agent.call('guest-exec-status', { pid })) as ExecStatus;
    if (status.exited) return result(command, status);
    await delay(pollMs);
  }
}

/** Starts it without waiting for its end. @returns its process number in the machine */
export async function startInGuest(
  agent: GuestAgent,
  command: HostCommand,
  options: GuestCommandOptions = {},
): Promise<number> {
  const argv = typeof command === 'string' ? ['sh', '-c', command] : command;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const input =
    options.input === undefined ? {} : { 'input-data': Buffer.from(options.input).toString('base64') };
  const started = await agent.call('guest-exec', {
    path: 'timeout',
    arg: ['--kill-after=5', String(timeoutMs / 1000), ...argv],
    env: [
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOME=/root',
      'LANG=C.UTF-8',
      'DEBIAN_FRONTEND=noninteractive',
    ],
    'capture-output': true,
    ...input,
  });
  return (started as { pid: number }).pid;
}

function result(command: HostCommand, status: ExecStatus): CommandResult {
  const code = status.exitcode ?? 128 + (status.signal ?? 0);
  if (code === timedOut) throw new Error(`${command}: took too long`);
  return { code, stdout: decode(status['out-data']), stderr: decode(status['err-data']) };
}

const decode = (base64 = '') => Buffer.from(base64, 'base64').toString('utf8');

/** Writes a small file, as root, 0644. The folder must be there. */
export async function writeInGuest(agent: GuestAgent, path: string, content: string): Promise<void> {
  const handle = await agent.call('guest-file-open', { path, mode: 'w' });
  await agent.call('guest-file-write', { handle, 'buf-b64': Buffer.from(content).toString('base64') });
  await agent.call('guest-file-close', { handle });
}

/** Sends a file of this machine over the test network, many times faster than the guest agent would. */
export async function sendToGuest(
  agent: GuestAgent,
  site: Namespace,
  from: string,
  to: string,
): Promise<void> {
  const [program = '', ...args] = site.command([process.execPath, fileServer, site.address, from]);
  const server = spawnOwned(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = tailOf(server);
  try {
    const port = await until(`${from} is offered`, () => /"port":(\d+)/.exec(said())?.[1]);
    const receive = ['bash', '-c', 'cat < /dev/tcp/"$0"/"$1" > "$2"', site.address, port, to];
    const { code, stderr } = await runInGuest(agent, receive, { timeoutMs: sendLimitMs });
    await end(server, 0);
    if (code !== 0 || server.exitCode !== 0) throw new Error(`${from} did not arrive: ${stderr}${said()}`);
  } finally {
    await end(server, 'SIGKILL');
  }
}
