/** A real sshd of this machine on the loopback interface, with keys of its own. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { output } from './command.ts';
import { spawnOwned } from './own-process.ts';
import { until } from './until.ts';

const tools = ['/usr/sbin/sshd', '/usr/bin/ssh', '/usr/bin/ssh-keyscan', '/usr/bin/ssh-keygen'];
/** Why there can be none here; false when there can. */
export const noSshd: string | false =
  (process.getuid?.() !== 0 && 'AN SSHD needs root') ||
  (tools.some((tool) => !existsSync(tool)) &&
    'sshd or ssh is MISSING: run node scripts/install-test-tools.mjs as root');

export interface LoopbackSshd {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly user: string;
  /** As it shows it now: `SHA256:... (ED25519)`. */
  fingerprint(): Promise<string>;
  /** Whoever has this key may sign in. */
  admit(publicKey: string): Promise<void>;
  /** The system was installed anew. */
  changeHostKey(): Promise<void>;
  stop(): Promise<void>;
  destroy(): Promise<void>;
}

/** @param kinds of its host keys; the first is the one whose fingerprint is told */
export async function startLoopbackSshd(kinds: readonly string[] = ['ed25519']): Promise<LoopbackSshd> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-sshd-'));
  const port = await freePort();
  const admitted = join(folder, 'authorized_keys');
  await mkdir('/run/sshd', { recursive: true });
  await writeFile(admitted, '');
  let number = 0;
  let server: ReturnType<typeof spawnOwned> | undefined;
  const keys = () => kinds.map((kind) => join(folder, `host_key_${number}_${kind}`));
  const key = () => keys()[0] ?? '';
  const stop = async () => {
    const ending = server;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGTERM');
    await gone;
  };
  const start = async () => {
    number += 1;
    for (const [index, kind] of kinds.entries())
      await output(['ssh-keygen', '-q', '-t', kind, '-N', '', '-f', keys()[index] ?? '']);
    const settings = {
      ListenAddress: `127.0.0.1:${port}`,
      AuthorizedKeysFile: admitted,
      PidFile: 'none',
      UsePAM: 'no',
      StrictModes: 'no',
      PermitRootLogin: 'yes',
    };
    const hostKeys = keys().map((file) => ['HostKey', file] as const);
    const all = [...Object.entries(settings), ...hostKeys];
    const args = all.flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    server = spawnOwned('/usr/sbin/sshd', ['-D', '-e', '-f', '/dev/null', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await until('sshd listens', () => said.includes('Server listening'), 60_000);
  };
  await start();
  return {
    host: `127.0.0.1:${port}`,
    user: userInfo().username,
    async fingerprint() {
      const words = (await output(['ssh-keygen', '-lf', key()])).trim().split(' ');
      return `${words[1]} ${words.at(-1)}`;
    },
    async admit(publicKey) {
      await writeFile(admitted, `${await readFile(admitted, 'utf8')}${publicKey}\n`);
    },
    async changeHostKey() {
      await stop();
      await start();
    },
    stop,
    async destroy() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
