import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Target } from '@tenkai/domain/push/target.ts';
import { holdKey, type PrivateKey } from './key-agent.ts';
import { answerPrompts } from './prompts.ts';

export interface SshResult {
  /** That of the command; 255: ssh itself has failed. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is sent to the command: texts, then a file. */
export interface SshInput {
  readonly text: string;
  readonly file?: string;
  /** Called with what the command writes, as it comes. */
  readonly onOutput?: (text: string) => void;
}

export interface Ssh {
  /** Runs one command of the shell there. Never throws for what the other side does. @throws the signal's reason */
  run(target: Target, command: string, input: SshInput, signal: AbortSignal): Promise<SshResult>;
  close(): Promise<void>;
}

export interface SshOptions {
  /** Who signs in where the target names nobody. */
  readonly user: string;
  readonly keyFiles?: readonly string[] | undefined;
  readonly password?: string | undefined;
  /** Held in an agent of its own, never in a file. */
  readonly privateKey?: PrivateKey | undefined;
  /** File of the host keys that are believed, for each machine. */
  readonly knownHosts: (target: Target) => string;
}

const connectSeconds = 15;
/** A package over a slow line. */
const limitMs = 30 * 60_000;
const outputLimit = 200_000;

/**
 * The system's own ssh(1), without the user's settings: host keys from our files alone, no shared connections, no
 * question. A password waits in a pipe for SSH_ASKPASS, a private key in an agent: neither is an argument or a file.
 * @throws Error where the private key cannot be read
 */
export async function openSsh(options: SshOptions, signal: AbortSignal): Promise<Ssh> {
  const { user, password, privateKey, knownHosts } = options;
  const agent = privateKey && (await holdKey(privateKey, signal));
  const settings = settingsOf(options, agent?.socket);
  return {
    async run(target, command, input, runSignal) {
      const prompts = password === undefined ? undefined : await answerPrompts(password, 4);
      const known = ['-o', `UserKnownHostsFile="${knownHosts(target)}"`];
      const where = ['-l', target.user ?? user, '-p', String(target.port), '--', target.host];
      const env = { ...process.env, ...prompts?.env };
      try {
        return await runSsh([...settings, ...known, ...where, command], { env, input, signal: runSignal });
      } finally {
        await prompts?.close();
      }
    },
    close: async () => agent?.close(),
  };
}

function settingsOf({ password, keyFiles = [] }: SshOptions, agentSocket: string | undefined): string[] {
  const asked = password === undefined ? ['BatchMode=yes'] : ['BatchMode=no', 'NumberOfPasswordPrompts=1'];
  const settings = [
    ...asked,
    `PreferredAuthentications=${password === undefined ? 'publickey' : 'password,keyboard-interactive'}`,
    'StrictHostKeyChecking=yes',
    'GlobalKnownHostsFile=/dev/null',
    'UpdateHostKeys=no',
    'ControlMaster=no',
    'ControlPath=none',
    'ForwardAgent=no',
    `ConnectTimeout=${connectSeconds}`,
    'ServerAliveInterval=15',
    'LogLevel=ERROR',
    ...(agentSocket === undefined ? [] : [`IdentityAgent="${agentSocket}"`]),
    ...(keyFiles.length === 0 ? [] : ['IdentitiesOnly=yes']),
  ];
  const keys = keyFiles.flatMap((file) => ['-i', file]);
  return ['-F', 'none', '-T', ...settings.flatMap((one) => ['-o', one]), ...keys];
}

interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly input: SshInput;
  readonly signal: AbortSignal;
}

async function runSsh(args: readonly string[], { env, input, signal }: RunOptions): Promise<SshResult> {
  signal.throwIfAborted();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const child = spawn('ssh', [...args], { env, stdio: 'pipe', signal: limit });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (part: string) => {
      texts[name] = (texts[name] + part).slice(-outputLimit);
      input.onOutput?.(part);
    });
  // The other side may end before it has read all.
  const sent = pipeline(Readable.from(parts(input)), child.stdin).catch(() => undefined);
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      texts.stderr += error.message;
    });
    child.once('close', (status) => resolve(status ?? 255));
  });
  await sent;
  signal.throwIfAborted();
  return { code, ...texts };
}

async function* parts({ text, file }: SshInput): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
  if (file !== undefined) for await (const part of createReadStream(file)) yield part as Buffer;
}
