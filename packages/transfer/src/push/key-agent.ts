import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { answerPrompts } from './prompts.ts';

export interface PrivateKey {
  /** As ssh-keygen writes it. */
  readonly text: string;
  readonly passphrase?: string;
}

export interface KeyAgent {
  readonly socket: string;
  close(): Promise<void>;
}

const startLimitMs = 20_000;

/**
 * An agent looks only every ten seconds whether the command that it was started for still runs, and holds the key until
 * then. So that command ends the agent itself as soon as our end of its pipe is closed, and by nothing else.
 */
const untilClosed = `trap '' HUP INT TERM; cat >/dev/null; kill "$SSH_AGENT_PID"`;

/**
 * Holds a private key in an ssh-agent of its own, so that it is on no disk, until it is closed; also when this process
 * dies without a word the agent ends.
 * @throws Error where the key cannot be read, such as by a wrong passphrase
 */
export async function holdKey(key: PrivateKey, signal: AbortSignal): Promise<KeyAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-push-'));
  const socket = join(folder, 'agent');
  const agent = spawn('ssh-agent', ['-a', socket, 'sh', '-c', untilClosed], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(agent, 'exit').catch(() => undefined);
  const failed = new Promise<never>((_, reject) => agent.once('error', reject));
  failed.catch(() => undefined);
  const close = async () => {
    agent.stdin?.end();
    await Promise.race([ended.then(() => untilGone(socket)), pause(startLimitMs, undefined, { ref: false })]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([failed, addKey(socket, key, signal)]);
    return { socket, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Ended, an agent takes no connection, whether it took its socket away or not. */
async function untilGone(socket: string): Promise<void> {
  while (await takesConnections(socket)) await pause(10, undefined, { ref: false });
}

const takesConnections = (socket: string) =>
  new Promise<boolean>((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => resolve(true)).once('error', () => resolve(false));
    connection.once('connect', () => connection.destroy());
  });

const noAgentYet = 2;

async function addKey(socket: string, { text, passphrase = '' }: PrivateKey, signal: AbortSignal) {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(startLimitMs)]);
  for (;;) {
    const prompts = await answerPrompts(passphrase, 1);
    try {
      const env = { ...process.env, ...prompts.env, SSH_AUTH_SOCK: socket };
      const { code, said } = await sshAdd(text, env, limit);
      if (code === 0) return;
      if (code !== noAgentYet) throw new Error(said.trim().split('\n').at(-1) ?? 'the key cannot be read');
    } finally {
      await prompts.close();
    }
    await pause(50, undefined, { signal: limit });
  }
}

async function sshAdd(text: string, env: NodeJS.ProcessEnv, signal: AbortSignal) {
  const child = spawn('ssh-add', ['-q', '-'], { env, signal, stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said = (said + part).slice(-2000);
  });
  child.stdin.on('error', () => undefined).end(`${text.replaceAll('\r', '').trimEnd()}\n`);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}
