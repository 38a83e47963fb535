import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { knownHostName, type Target } from '@tenkai/domain/push/target.ts';

export interface OfferedKeys {
  /** Lines of a known_hosts file; empty: nobody has answered. */
  readonly lines: string;
  /** `SHA256:... (ED25519)`, as the machine's own ssh-keygen shows them. */
  readonly fingerprints: readonly string[];
}

/** Whether the file has a key for this machine already. */
export async function isKnown(file: string, target: Target, signal: AbortSignal): Promise<boolean> {
  return (await knownLines(file, target, signal)) !== '';
}

/** Lines of a known_hosts file for this machine, also where the file has its name hashed; empty: none. */
export async function knownLines(file: string, target: Target, signal: AbortSignal): Promise<string> {
  const found = await run('ssh-keygen', ['-F', knownHostName(target), '-f', file], '', signal);
  const lines = found.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => `${line}\n`).join('');
}

/** `SHA256:... (ED25519)` of each line, as ssh-keygen shows them. */
export async function fingerprintsOf(lines: string, signal: AbortSignal): Promise<readonly string[]> {
  const shown = (await run('ssh-keygen', ['-l', '-f', '-'], lines, signal)).trim().split('\n');
  const words = shown.filter((line) => line !== '').map((line) => line.split(' '));
  return words.map((parts) => `${parts[1]} ${parts.at(-1)}`).sort();
}

/** Asks a machine for its keys; whether they are its own, somebody has to say. */
export async function offeredKeys(target: Target, signal: AbortSignal): Promise<OfferedKeys> {
  const lines = await scan(target, signal);
  if (lines.length === 0) return { lines: '', fingerprints: [] };
  const text = `${lines.join('\n')}\n`;
  return { lines: text, fingerprints: await fingerprintsOf(text, signal) };
}

/**
 * ssh-keyscan tries the first address of a name and no other (ssh itself tries all), so a machine that listens at one
 * of its two families only is asked again at each of them.
 */
async function scan({ host, port }: Target, signal: AbortSignal): Promise<readonly string[]> {
  for (const family of [[], ['-4'], ['-6']]) {
    const args = [...family, '-T', '10', '-p', String(port), '--', host];
    const said = await run('ssh-keyscan', args, '', signal);
    const lines = said.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    if (lines.length > 0) return lines;
  }
  return [];
}

/**
 * Of what a machine has offered, the keys whose fingerprint was named, and no others: nobody has proved to hold any of
 * them, so that whoever stands between may show the machine's own key beside one of his.
 */
export function onlyNamed({ lines, fingerprints }: OfferedKeys, named: readonly string[]): OfferedKeys {
  const names = new Set(named.map(hashOf));
  const kept = lines.split('\n').filter((line) => names.has(hashOfLine(line)));
  return {
    lines: kept.map((line) => `${line}\n`).join(''),
    fingerprints: fingerprints.filter((one) => names.has(hashOf(one))),
  };
}

/** Without the kind of the key that may stand behind it. */
const hashOf = (fingerprint: string) => fingerprint.split(' ')[0] ?? '';

/** Of a line as ssh-keyscan writes it: name, kind, key. */
function hashOfLine(line: string): string {
  const key = Buffer.from(line.split(' ')[2] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** From now on only these are taken for this machine. */
export async function keepKeys(file: string, { lines }: OfferedKeys): Promise<void> {
  await appendFile(file, lines, { mode: 0o600 });
}

export async function makeKnownHosts(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, '', { flag: 'a', mode: 0o600 });
}

/** Output of one of OpenSSH's programs, whatever its status is. @throws Error where there is no such program */
function run(program: string, args: readonly string[], input: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...args], { signal, timeout: 60_000 }, (error, stdout) => {
      const { code } = (error ?? {}) as NodeJS.ErrnoException;
      if (typeof code === 'string') reject(error);
      else resolve(stdout);
    });
    child.stdin?.on('error', () => undefined).end(input);
  });
}
