import { readFile } from 'node:fs/promises';
import { setDefaultCACertificates } from 'node:tls';
import { Failure } from '@tenkai/domain/failure.ts';
import { greetSite } from '@tenkai/protocol/agent/link/pinned-root.ts';
import { type Client, createClient } from '@tenkai/protocol/client.ts';
import './failures.ts';
import { type KnownSite, readSettings, refuseOpenFile, type Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

export interface ConnectionOptions {
  /** Name of a known site, or a URL. */
  readonly site?: string;
  readonly tokenFile?: string;
  readonly timeoutSeconds?: number;
}

export interface Connection {
  readonly url: string;
  readonly client: Client;
  /** For what is not JSON. */
  readonly headers: Readonly<Record<string, string>>;
}

const defaultTimeoutMs = 60_000;

/**
 * Finds the site, its root and a token: what was given, then the environment, then what `tenkai login` remembered.
 * From here on this process trusts the site's own root alone, where there is one.
 * @throws Failure site-unknown, token-missing, token-file-open, site-root-mismatch
 */
export async function connect(terminal: Terminal, options: ConnectionOptions): Promise<Connection> {
  const settings = await readSettings(terminal);
  const { url, known } = findSite(terminal, options, settings);
  const token = (await givenToken(terminal, options)) ?? known?.token;
  if (!token) throw new Failure('token-missing', { site: url });
  await trustRoot(terminal, url, known);
  return connectionTo(url, token, (options.timeoutSeconds ?? 0) * 1000 || defaultTimeoutMs);
}

export function connectionTo(url: string, token: string, timeoutMs: number): Connection {
  const headers = { authorization: `Bearer ${token}`, 'user-agent': 'tenkai-cli' };
  return { url, headers, client: createClient({ baseUrl: url, headers: () => headers, fetch, timeoutMs }) };
}

function findSite({ env }: Terminal, options: ConnectionOptions, settings: Settings) {
  const wanted = options.site ?? (env.TENKAI_URL || settings.current);
  if (!wanted) throw new Failure('site-unknown');
  const byName = Object.hasOwn(settings.sites, wanted) ? settings.sites[wanted] : undefined;
  if (byName) return { url: byName.url, known: byName };
  const url = siteUrl(wanted);
  return { url, known: Object.values(settings.sites).find((site) => site.url === url) };
}

/** `HOST`, `HOST:PORT` and `https://HOST:PORT/` are one address. @throws Failure usage-wrong */
export function siteUrl(text: string): string {
  const candidate = text.includes('://') ? text : `https://${text}`;
  const url = URL.canParse(candidate) ? new URL(candidate) : undefined;
  if (url?.protocol === 'https:' && url.username === '' && url.pathname === '/') return url.origin;
  const problem = `"${text}" is neither the name of a known site nor an https:// address.`;
  throw new Failure('usage-wrong', { problem, command: 'tenkai login' });
}

/** Secrets come from files and the environment, never from arguments that everybody can list. */
async function givenToken({ env }: Terminal, { tokenFile }: ConnectionOptions): Promise<string | undefined> {
  const file = tokenFile ?? env.TENKAI_TOKEN_FILE;
  if (file) return readTokenFile(file);
  return env.TENKAI_TOKEN?.trim() || undefined;
}

/** @throws Failure file-unreadable, token-file-open */
export async function readTokenFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new Failure('file-unreadable', { path, reason: error.message });
  });
  await refuseOpenFile(path);
  return text.trim();
}

async function trustRoot({ env }: Terminal, url: string, known: KnownSite | undefined) {
  const rootFingerprint = env.TENKAI_ROOT_FINGERPRINT;
  if (rootFingerprint) {
    const { rootCertificate } = await greetSite({ url, rootFingerprint });
    setDefaultCACertificates([rootCertificate]);
  } else if (known?.rootCertificate) {
    setDefaultCACertificates([known.rootCertificate]);
  }
}
