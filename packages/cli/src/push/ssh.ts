import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** `name`, `name:port` or `[address]:port` of a machine. */
export interface Target {
  /** As it was given. */
  readonly text: string;
  readonly host: string;
  readonly port: number;
}

/** Undefined: no such thing; a name that begins with `-` would be an option of ssh. */
export function parseTarget(text: string): Target | undefined {
  const [, bracketed, plain, port = '22'] =
    /^(?:\[([\da-fA-F:.]+)\]|([\w][\w.-]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const number = Number(port);
  return host === undefined || number < 1 || number > 65_535 ? undefined : { text, host, port: number };
}

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
}

export interface Ssh {
  /** Runs one command of the shell there. Never throws for what the other side does. @throws the signal's reason */
  run(target: Target, command: string, input: SshInput, signal: AbortSignal): Promise<SshResult>;
  close(): Promise<void>;
}

export interface SshOptions {
  readonly user: string;
  readonly keyFile?: string | undefined;
  readonly password?: string | undefined;
  readonly knownHosts: string;
}

const connectSeconds = 15;
/** A package over a slow line. */
const limitMs = 30 * 60_000;
const outputLimit = 200_000;

/**
 * The system's own ssh(1), without the user's settings: host keys from our file alone, no shared connections, no
 * question. A password goes by SSH_ASKPASS from a file that only we read, never by the command line.
 */
export async function openSsh(options: SshOptions): Promise<Ssh> {
  const { user, keyFile, password, knownHosts } = options;
  const secrets = password === undefined ? undefined : await askpassFolder(password);
  const asked = password === undefined ? ['BatchMode=yes'] : ['BatchMode=no', 'NumberOfPasswordPrompts=1'];
  const settings = [
    ...asked,
    `PreferredAuthentications=${password === undefined ? 'publickey' : 'password,keyboard-interactive'}`,
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile="${knownHosts}"`,
    'GlobalKnownHostsFile=/dev/null',
    'UpdateHostKeys=no',
    'ControlMaster=no',
    'ControlPath=none',
    'ForwardAgent=no',
    `ConnectTimeout=${connectSeconds}`,
    'ServerAliveInterval=15',
    'LogLevel=ERROR',
    ...(keyFile === undefined ? [] : ['IdentitiesOnly=yes']),
  ];
  const args = ['-F', 'none', '-T', ...settings.flatMap((one) => ['-o', one]), '-l', user];
  if (keyFile !== undefined) args.push('-i', keyFile);
  const env = { ...process.env, ...secrets?.env };
  return {
    run: ({ host, port }, command, input, signal) =>
      runSsh([...args, '-p', String(port), '--', host, command], { env, input, signal }),
    close: async () => void (secrets && (await rm(secrets.folder, { recursive: true, force: true }))),
  };
}

async function askpassFolder(password: string) {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-push-'));
  const [secret, program] = [join(folder, 'secret'), join(folder, 'askpass')];
  await writeFile(secret, `${password}\n`, { mode: 0o600 });
  await writeFile(program, `#!/bin/sh\nexec cat '${secret}'\n`);
  await chmod(program, 0o700);
  return { folder, env: { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: 'none' } };
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
