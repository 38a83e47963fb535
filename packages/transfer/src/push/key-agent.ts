import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { answerPrompts } from './prompts.ts';

const run = promisify(execFile);

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
 * Holds a private key in an ssh-agent of its own, so that it is on no disk. The agent ends with `cat`, and `cat` with
 * our end of its pipe: also when this process dies without a word.
 * @throws Error where the key cannot be read, such as by a wrong passphrase
 */
export async function holdKey(key: PrivateKey, signal: AbortSignal): Promise<KeyAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-push-'));
  const socket = join(folder, 'agent');
  const agent = spawn('ssh-agent', ['-a', socket, 'cat'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(agent, 'exit').catch(() => undefined);
  const failed = new Promise<never>((_, reject) => agent.once('error', reject));
  failed.catch(() => undefined);
  const close = async () => {
    // The agent looks every ten seconds whether it is still needed; until then it shall know nothing.
    await run('ssh-add', ['-q', '-D'], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      timeout: startLimitMs,
    }).catch(() => undefined);
    agent.stdin?.end();
    await Promise.race([ended, pause(startLimitMs, undefined, { ref: false })]);
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
