import { basename } from 'node:path';
import { cutToBytes, newProgram, type PackageDraft, packageByteLimits } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import { run } from './deb.ts';
import './failures.ts';

/** In this order, one in a line; rpm writes `(none)` for what a package does not say. */
const tags = [
  ...['NAME', 'EPOCHNUM', 'VERSION', 'RELEASE', 'ARCH', 'VENDOR', 'PACKAGER', 'SUMMARY', 'SOURCERPM'],
] as const;

/** rpm's names of architectures, as inventories call them. */
const architectures: Readonly<Record<string, 'x64' | 'x86' | 'arm64' | 'any'>> = {
  x86_64: 'x64',
  i386: 'x86',
  i586: 'x86',
  i686: 'x86',
  aarch64: 'arm64',
  noarch: 'any',
};

/**
 * What an .rpm says of itself, as the beginning of a draft: name, version as inventories have it, vendor or packager,
 * summary, the machines that it suits, how to install and how to detect it.
 * @throws Failure tool-missing, tool-failed
 */
export async function draftOfRpm(
  path: string,
  signal: AbortSignal,
): Promise<Partial<PackageDraft> & { id: string }> {
  const about = await readTags(path, signal);
  if (about.SOURCERPM === '')
    throw new Failure('usage-wrong', {
      problem: `${basename(path)} is a source package, which installs nothing`,
      command: 'tenkai package create',
    });
  const { NAME: name, ARCH, SUMMARY: summary } = about;
  const id = cutToBytes(name.replace(/[^A-Za-z0-9_-]/g, '-'), packageByteLimits.id);
  const version = `${about.EPOCHNUM === '0' ? '' : `${about.EPOCHNUM}:`}${about.VERSION}-${about.RELEASE}`;
  const architecture = architectures[ARCH];
  const publisher = about.VENDOR || about.PACKAGER.replace(/\s*<[^>]*>\s*$/, '');
  return {
    id,
    name,
    version,
    publisher: cutToBytes(publisher, packageByteLimits.publisher),
    summary: cutToBytes(summary, packageByteLimits.summary),
    targets: architecture ? [{ operatingSystem: 'linux', language: 'any', architecture }] : [],
    detection: [{ kind: 'package', source: 'rpm', name, operator: '>=', version }],
    programs: [newProgram({ executable: `${id}/${basename(path)}` })],
  };
}

/** The file is only read: whose signature it bears, the machines' own rpm decides. What is no package is no list of others. */
async function readTags(path: string, signal: AbortSignal): Promise<Record<(typeof tags)[number], string>> {
  const format = tags.map((tag) => `%{${tag}}\\n`).join('');
  const args = ['--query', '--package', '--nomanifest', '--nosignature', '--queryformat', format, path];
  const lines = (await run('rpm', args, signal, { debianPackage: 'rpm' })).split('\n');
  const entries = tags.map((tag, index) => {
    const value = lines[index]?.trim() ?? '';
    return [tag, value === '(none)' ? '' : value] as const;
  });
  return Object.fromEntries(entries) as Record<(typeof tags)[number], string>;
}
