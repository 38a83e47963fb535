/** A real PostgreSQL of the test's own, on a Unix socket in a temporary folder: no port, no password, nothing shared. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { end, ended, type OwnProcessOptions, spawnOwned, tailOf } from './own-process.ts';
import { makeRigFolder } from './rig-folder.ts';

const installed = '/usr/lib/postgresql';
const startLimitMs = 60_000;
const databaseLimits = { connectionTimeoutMillis: 30_000, query_timeout: 30_000 };

/** Why a test with PostgreSQL cannot run here; false when it can. For `{ skip: noPostgres }`. */
export const noPostgres: string | false =
  findPrograms() === undefined && 'PostgreSQL is missing: run node scripts/install-test-tools.mjs as root';

export interface Postgres {
  /** Administrator's URL, of the database `postgres`. */
  readonly url: string;
  /** Makes a new, empty database (UTF-8, collation C) and gives its URL. */
  createDatabase(): Promise<string>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/**
 * Starts Debian's PostgreSQL; about a second. Commits are not synced to disk: durability is not what it proves.
 * @throws Error with the server's own words when it does not start
 */
export async function startPostgres(): Promise<Postgres> {
  const programs = findPrograms();
  if (!programs) throw new Error(String(noPostgres));
  const folder = await makeRigFolder('postgres');
  try {
    const server = await startIn(folder, programs);
    return postgresAt(folder, server);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string, programs: string): Promise<ChildProcess> {
  const as = ordinaryUser();
  for (const name of ['data', 'socket']) {
    await mkdir(join(folder, name), { mode: 0o700 });
    if (as) await chown(join(folder, name), as.uid, as.gid);
  }
  const options: OwnProcessOptions = {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    deathSignal: 'QUIT',
    as,
  };
  const init = [
    '-D',
    'data',
    '-U',
    'postgres',
    '--auth=trust',
    '--no-locale',
    '--encoding=UTF8',
    '--no-sync',
  ];
  await succeed(spawnOwned(join(programs, 'initdb'), init, options));
  const settings = {
    listen_addresses: '',
    unix_socket_directories: join(folder, 'socket'),
    fsync: 'off',
    max_connections: '200',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawnOwned(join(programs, 'postgres'), ['-D', 'data', ...args], options);
  await saysReady(server);
  return server;
}

async function succeed(child: ChildProcess): Promise<void> {
  const said = tailOf(child);
  await ended(child);
  if (child.exitCode !== 0) throw new Error(`${child.spawnargs.join(' ')} failed: ${said()}`);
}

function saysReady(server: ChildProcess): Promise<void> {
  const said = tailOf(server);
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      server.kill('SIGQUIT');
      reject(new Error(`PostgreSQL ${why}: ${said()}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${startLimitMs / 1000} s`), startLimitMs);
    const exited = () => {
      clearTimeout(timer);
      fail('ended while starting');
    };
    server.once('exit', exited);
    const look = () => {
      if (!said().includes('database system is ready to accept connections')) return;
      clearTimeout(timer);
      // Once only: what it writes while it stops must not take away who waits for its end.
      server.stderr?.off('data', look);
      server.off('exit', exited);
      resolve();
    };
    server.stderr?.on('data', look);
  });
}

function postgresAt(folder: string, server: ChildProcess): Postgres {
  const urlOf = (database: string) =>
    `postgresql://postgres@localhost/${database}?host=${encodeURIComponent(join(folder, 'socket'))}`;
  let made = 0;
  return {
    url: urlOf('postgres'),
    async createDatabase() {
      const name = `test_${++made}`;
      const client = new pg.Client({ connectionString: urlOf('postgres'), ...databaseLimits });
      await client.connect();
      await client.query(`CREATE DATABASE ${name} TEMPLATE template0`).finally(() => client.end());
      return urlOf(name);
    },
    async stop() {
      await end(server, 'SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root. */
function ordinaryUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user)
    throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/** The newest installed version's folder of programs. */
function findPrograms(): string | undefined {
  if (!existsSync(installed)) return undefined;
  const versions = readdirSync(installed).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(installed, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'postgres')));
}
