import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeLoopbackCertificate } from './loopback-certificate.ts';

const program = '/usr/sbin/nginx';

/** Why a test with a real nginx cannot run here; false when it can. For `{ skip: noNginx }`. */
export const noNginx: string | false = existsSync(program)
  ? false
  : 'nginx is missing: run node scripts/install-test-tools.mjs as root';

export interface Nginx {
  readonly port: number;
  /** `https://localhost:<port>/` */
  readonly url: string;
  /** The same in the clear: `http://localhost:<another port>/` */
  readonly plainUrl: string;
  /** PEM certificate to trust. */
  readonly ca: string;
  stop(): Promise<void>;
}

export interface NginxOptions {
  /** The folder to publish. */
  readonly root: string;
  /** Further lines for the server block. */
  readonly settings?: string;
}

/** Debian's nginx on a free port of loopback, TLS, one worker, serving a folder as it is. Stop it in `t.after`. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const home = await mkdtemp(join(tmpdir(), 'tenkai-nginx-'));
  const { key, cert } = await makeLoopbackCertificate();
  await writeFile(join(home, 'key.pem'), key, { mode: 0o600 });
  await writeFile(join(home, 'cert.pem'), cert);
  // Between our asking for a free port and nginx's taking it, somebody else may: then nginx ends, and we ask again.
  for (let attempt = 1; ; attempt++) {
    const [port, plainPort] = [await freePort(), await freePort()];
    await writeFile(join(home, 'nginx.conf'), configuration(home, { port, plainPort }, options));
    const child = spawn(
      program,
      ['-p', home, '-c', join(home, 'nginx.conf'), '-e', join(home, 'error.log')],
      {
        stdio: 'ignore',
      },
    );
    if (await isListening(child, port)) {
      const urls = { url: `https://localhost:${port}/`, plainUrl: `http://localhost:${plainPort}/` };
      return { port, ...urls, ca: cert, stop: () => stop(child, home) };
    }
    if (attempt === 3)
      throw new Error(`nginx does not start: ${await readFile(join(home, 'error.log'), 'utf8')}`);
  }
}

function configuration(
  home: string,
  { port, plainPort }: { port: number; plainPort: number },
  { root, settings = '' }: NginxOptions,
): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(home, name)};`)
    .join(' ');
  return `daemon off; master_process on; worker_processes 1; ${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${join(home, 'nginx.pid')}; error_log ${join(home, 'error.log')};
events { worker_connections 256; }
http {
  access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream; ${temporary}
  server {
    listen 127.0.0.1:${plainPort}; listen 127.0.0.1:${port} ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem;
    root "${root}"; keepalive_requests 100000; ${settings}
  }
}
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function isListening(child: ChildProcess, port: number): Promise<boolean> {
  const deadline = Date.now() + 20_000;
  while (child.exitCode === null && Date.now() < deadline) {
    if (await accepts(port)) return child.exitCode === null;
    await sleep(20);
  }
  child.kill('SIGKILL');
  return false;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

async function stop(child: ChildProcess, home: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    // Fast shutdown: the master ends its worker first. Killing the master would leave the worker behind.
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await rm(home, { recursive: true, force: true });
}
