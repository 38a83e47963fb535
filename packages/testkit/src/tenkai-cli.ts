import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { atEnd } from './at-end.ts';
import type { TestServer } from './start-server.ts';

const main = resolve(import.meta.dirname, '../../cli/src/main.ts');

export interface CliResult {
  /** Exit status; null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  readonly cwd?: string;
  /** Called once it runs, to interrupt it. */
  readonly onStart?: (child: ChildProcess) => void;
}

export interface Cli {
  /** Folder that is its HOME. */
  readonly home: string;
  /** The real program, in a process of its own. */
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** As run, with --json, expecting success. */
  json(args: readonly string[], options?: CliOptions): Promise<never>;
}

/** `tenkai` with a home of its own and nothing of the caller's environment. */
export async function createCli(
  t: Pick<TestContext, 'after'>,
  env: Record<string, string> = {},
): Promise<Cli> {
  const home = await mkdtemp(join(tmpdir(), 'tenkai-cli-'));
  atEnd(t, () => rm(home, { recursive: true, force: true }));
  const base = { HOME: home, PATH: process.env.PATH ?? '', ...env };
  const run = (args: readonly string[], options: CliOptions = {}) =>
    runProgram(process.execPath, [main, ...args], { ...options, env: { ...base, ...options.env } });
  return {
    home,
    run,
    async json(args, options) {
      const result = await run(['--json', ...args], options);
      if (result.code !== 0)
        throw new Error(`tenkai ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
      return JSON.parse(result.stdout) as never;
    },
  };
}

/** A CLI that is an administrator of this server, by environment alone. */
export async function cliOf(t: Pick<TestContext, 'after'>, server: TestServer): Promise<Cli> {
  return createCli(t, {
    TENKAI_URL: server.baseUrl,
    TENKAI_TOKEN: await server.apiToken('administrator'),
    TENKAI_ROOT_FINGERPRINT: server.kernel.keys.rootFingerprint,
  });
}

export function runProgram(
  program: string,
  args: readonly string[],
  { env, stdin = '', cwd, onStart }: CliOptions = {},
): Promise<CliResult> {
  return new Promise((fulfil, reject) => {
    const child = spawn(program, [...args], { env, cwd, stdio: 'pipe' });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    child.once('error', reject);
    child.once('close', (code) => fulfil({ code, stdout, stderr }));
    onStart?.(child);
  });
}
