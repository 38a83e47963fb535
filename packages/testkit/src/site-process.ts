import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { atEnd } from './at-end.ts';

const main = join(import.meta.dirname, '../../server/src/main.ts');

const answerLimitMs = 20_000;

/** The real program, as it is started by hand or by a unit. */
export interface SiteProcess {
  readonly child: ChildProcess;
  /** Everything that it has printed so far. */
  readonly output: () => string;
}

export interface ReadySite extends SiteProcess {
  readonly dataDir: string;
  readonly port: number;
  readonly setupLink: string | undefined;
  readonly rootFingerprint: string;
  /** PEM of the root certificate. */
  readonly ca: string;
}

/** A folder with a space in its path, as in BSRV-18; it does not exist yet and is removed after the test. */
export async function makeDataDir(t: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'tenkai site-'));
  atEnd(t, () => rm(parent, { recursive: true, force: true }));
  return join(parent, 'data');
}

/** Starts the program on 127.0.0.1 and a free port; the environment has nothing else in it. */
export function runSiteProcess(t: TestContext, env: Record<string, string>): SiteProcess {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      TENKAI_LISTEN: '127.0.0.1',
      TENKAI_PORT: '0',
      TENKAI_CONSOLE: '/nonexistent',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  atEnd(t, async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}

/** Starts the program and waits for the line that says that it is ready. */
export async function startSiteProcess(t: TestContext, env: Record<string, string> = {}): Promise<ReadySite> {
  const dataDir = env.TENKAI_DATA ?? (await makeDataDir(t));
  const site = runSiteProcess(t, { ...env, TENKAI_DATA: dataDir });
  await waitForOutput(site, /trusted root key [0-9a-f]{64}\n/);
  const output = site.output();
  return {
    ...site,
    dataDir,
    port: Number(output.match(/ready at https:\/\/[^:]+:(\d+)/)?.[1]),
    setupLink: output.match(/https:\/\/\S+\/setup#\S+/)?.[0],
    rootFingerprint: output.match(/trusted root key ([0-9a-f]{64})/)?.[1] ?? '',
    ca: await readFile(join(dataDir, 'keys', 'root.crt'), 'utf8'),
  };
}

/** Resolves when the output matches; rejects when the program ends before. */
export function waitForOutput({ child, output }: SiteProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (pattern.test(output())) resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('exit', () => reject(new Error(`the server ended: ${output()}`)));
    look();
  });
}

/** Asks it to stop; resolves with its exit status. */
export async function stopSiteProcess({ child }: SiteProcess): Promise<number | null> {
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  return code;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

/** One request on a connection of its own. */
export function ask(options: RequestOptions, body?: object | string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.on('error', reject);
    sent.setTimeout(answerLimitMs, () => sent.destroy(new Error(`no answer from ${options.path}`)));
    if (body !== undefined) sent.setHeader('content-type', 'application/json');
    sent.end(typeof body === 'object' ? JSON.stringify(body) : body);
  });
}
