import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import './failures.ts';
import type { Terminal } from './terminal.ts';

/** One site that this user has signed in to. */
export interface KnownSite {
  readonly url: string;
  /** PEM; null: the site has a certificate of an authority that this machine trusts anyway. */
  readonly rootCertificate: string | null;
  /** API token, and its id so that logging out can revoke it. */
  readonly token: string;
  readonly tokenId: string | null;
  readonly userName: string;
}

export interface Settings {
  /** By name: the host of the URL unless the user chose another. */
  readonly sites: Readonly<Record<string, KnownSite>>;
  readonly current: string | null;
}

const nothing: Settings = { sites: {}, current: null };

/** `~/.config/tenkai/config.json`, or below XDG_CONFIG_HOME, or TENKAI_CONFIG. */
export function settingsPath({ env }: Pick<Terminal, 'env'>): string {
  if (env.TENKAI_CONFIG) return env.TENKAI_CONFIG;
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'tenkai', 'config.json');
}

/** @throws Failure config-broken, token-file-open */
export async function readSettings(terminal: Pick<Terminal, 'env'>): Promise<Settings> {
  const path = settingsPath(terminal);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new Failure('config-broken', { path, reason: error.message });
  });
  if (text === undefined) return nothing;
  await refuseOpenFile(path);
  try {
    const { sites = {}, current = null } = JSON.parse(text) as Partial<Settings>;
    return { sites, current };
  } catch (cause) {
    throw new Failure('config-broken', { path, reason: 'it is not JSON' }, { cause });
  }
}

/** Readable by the user alone, and either old or new after a crash. */
export async function writeSettings(terminal: Pick<Terminal, 'env'>, settings: Settings) {
  const path = settingsPath(terminal);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}

/** A secret that others can read is one no more. @throws Failure token-file-open */
export async function refuseOpenFile(path: string) {
  if (process.platform === 'win32') return;
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) throw new Failure('token-file-open', { path });
}
