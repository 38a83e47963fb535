import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { cutToBytes, Failure, newProgram, type PackageDraft, packageByteLimits } from '@tenkai/domain';
import './failures.ts';

const fields = ['Package', 'Version', 'Architecture', 'Maintainer', 'Description'] as const;
const timeoutMs = 30_000;

/** Debian's names of architectures, as inventories call them. */
const architectures: Readonly<Record<string, 'x64' | 'x86' | 'arm64' | 'any'>> = {
  amd64: 'x64',
  i386: 'x86',
  arm64: 'arm64',
  all: 'any',
};

/**
 * What a .deb says of itself, as the beginning of a draft: name, version, maintainer, description, the machines that
 * it suits, how to install and how to detect it.
 * @throws Failure tool-missing, tool-failed
 */
export async function draftOfDeb(
  path: string,
  signal: AbortSignal,
): Promise<Partial<PackageDraft> & { id: string }> {
  const about = await readFields(path, signal);
  const name = about.Package;
  const id = cutToBytes(name.replace(/[^A-Za-z0-9_-]/g, '-'), packageByteLimits.id);
  const architecture = architectures[about.Architecture];
  return {
    id,
    name,
    version: about.Version,
    publisher: cutToBytes(about.Maintainer.replace(/\s*<[^>]*>\s*$/, ''), packageByteLimits.publisher),
    summary: cutToBytes(about.Description.split('\n')[0] ?? '', packageByteLimits.summary),
    targets: architecture ? [{ operatingSystem: 'linux', language: 'any', architecture }] : [],
    detection: [{ kind: 'package', source: 'dpkg', name, operator: '>=', version: about.Version }],
    programs: [newProgram({ executable: `${id}/${basename(path)}` })],
  };
}

async function readFields(
  path: string,
  signal: AbortSignal,
): Promise<Record<(typeof fields)[number], string>> {
  const text = await run('dpkg-deb', ['--field', path, ...fields], signal);
  const found = new Map<string, string>();
  let last = '';
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z-]+): ?(.*)$/.exec(line);
    // A line that begins with a blank goes on with the field before it.
    if (match && !line.startsWith(' ')) {
      last = match[1] ?? '';
      found.set(last, match[2] ?? '');
    } else if (last !== '') found.set(last, `${found.get(last)}\n${line}`);
  }
  const value = (name: string) => (found.get(name) ?? '').trim();
  return {
    Package: value('Package'),
    Version: value('Version'),
    Architecture: value('Architecture'),
    Maintainer: value('Maintainer'),
    Description: value('Description'),
  };
}

/** Runs a program of the system without a shell. @throws Failure tool-missing, tool-failed */
export function run(
  tool: string,
  args: readonly string[],
  signal: AbortSignal,
  { debianPackage = 'dpkg', limitMs = timeoutMs } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      signal,
      timeout: limitMs,
      maxBuffer: 16 * 1024 * 1024,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    };
    execFile(tool, [...args], options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        return reject(new Failure('tool-missing', { tool, package: debianPackage }));
      const reason = stderr.trim().split('\n').at(-1) || error.message;
      reject(new Failure('tool-failed', { tool, reason }, { cause: error }));
    });
  });
}
