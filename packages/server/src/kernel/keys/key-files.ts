import { randomBytes, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { writeFileDurably } from '../durable-file.ts';
import type { Pair } from './certificate.ts';

export async function readPair(dir: string, name: string) {
  return {
    key: await readText(join(dir, `${name}.key`)),
    certificate: await readText(join(dir, `${name}.crt`)),
  };
}

/** The key first: a certificate without its key would look like a root that is kept elsewhere. */
export async function storePair(dir: string, name: string, pair: Pair): Promise<Pair> {
  await writeFileDurably(join(dir, `${name}.key`), pair.key, 0o600);
  await writeFileDurably(join(dir, `${name}.crt`), pair.certificate, 0o600);
  return pair;
}

/** A random secret that is made once. */
export async function readSecret(dir: string, name: string, bytes: number): Promise<Buffer> {
  const found = await readText(join(dir, name));
  if (found !== undefined) return Buffer.from(found.trim(), 'base64');
  const made = randomBytes(bytes);
  await writeFileDurably(join(dir, name), `${made.toString('base64')}\n`, 0o600);
  return made;
}

export function missesName(certificate: string, name: string): boolean {
  const parsed = new X509Certificate(certificate);
  return (isIP(name) ? parsed.checkIP(name) : parsed.checkHost(name)) === undefined;
}

/** Names and addresses under which this machine is reached: the configured ones first, then its own. */
export function serverNames(configured: readonly string[]): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => address)
    .filter((address) => !address.startsWith('fe80:'));
  const own = [hostname().toLowerCase(), 'localhost', '127.0.0.1', '::1'];
  return [...new Set([...configured, ...own, ...addresses])];
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
