import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultExitCodes, defaultRunOptions, type PackageDraft } from '@tenkai/domain';

const run = promisify(execFile);

/** Something real to deploy: its folder, and what an administrator would say of it. */
export interface SamplePackage {
  readonly folder: string;
  readonly draft: PackageDraft;
  /** For the first lines of the demonstration. */
  readonly what: string;
}

const version = '1.4.2-1';
const name = 'tenkai-hello';

/** A .deb where this machine can build and install one, else an archive with an installer of its own. */
export async function makeSamplePackage(dir: string, isDebian: boolean): Promise<SamplePackage> {
  const folder = join(dir, 'hello');
  await mkdir(folder, { recursive: true });
  return isDebian ? debianPackage(dir, folder) : portablePackage(folder);
}

async function debianPackage(dir: string, folder: string): Promise<SamplePackage> {
  const tree = join(dir, 'tree');
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  await mkdir(join(tree, 'usr/bin'), { recursive: true });
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: Tenkai demonstration <demo@localhost>',
    'Description: greets whoever calls it',
  ];
  await writeFile(join(tree, 'DEBIAN/control'), `${control.join('\n')}\n`);
  await writeProgram(join(tree, 'usr/bin', name));
  await run('dpkg-deb', ['--root-owner-group', '--build', tree, join(folder, `${name}.deb`)], {
    timeout: 60_000,
  });
  const detection = [
    { kind: 'package' as const, source: 'dpkg' as const, name, operator: '=' as const, version },
    { kind: 'file' as const, path: `/usr/bin/${name}` },
  ];
  return {
    folder,
    draft: draft(`hello/${name}.deb`, detection),
    what: `${name} ${version}, a Debian package`,
  };
}

async function portablePackage(folder: string): Promise<SamplePackage> {
  await writeProgram(join(folder, name));
  const installer = [
    '#!/bin/sh',
    'set -e',
    'here=$(dirname "$0")',
    `mkdir -p "$TENKAI_ROOT/opt/${name}"`,
    `cp "$here/${name}" "$TENKAI_ROOT/opt/${name}/${name}"`,
    `printf '%s\\n' '${version}' > "$TENKAI_ROOT/opt/${name}/version"`,
  ];
  await writeFile(join(folder, 'install.sh'), `${installer.join('\n')}\n`);
  const detection = [
    { kind: 'file' as const, path: `/opt/${name}/${name}`, minimumBytes: 1 },
    { kind: 'file' as const, path: `/opt/${name}/version` },
  ];
  return {
    folder,
    draft: draft('hello/install.sh', detection),
    what: `${name} ${version}, an archive with an installer`,
  };
}

async function writeProgram(path: string): Promise<void> {
  await writeFile(path, '#!/bin/sh\necho "Hello from Tenkai."\n');
  await chmod(path, 0o755);
}

function draft(executable: string, detection: PackageDraft['detection']): PackageDraft {
  return {
    id: name,
    name: 'Hello',
    publisher: 'Tenkai demonstration',
    version,
    language: 'ALL',
    releaseDate: '2026/11/20',
    summary: 'Greets whoever calls it.',
    type: 'application',
    urgency: 'normal',
    advisoryId: '',
    identification: '',
    majorVersion: null,
    minorVersion: null,
    targets: [],
    condition: null,
    detection,
    programs: [
      {
        name: 'install',
        executable,
        parameters: '',
        options: { ...defaultRunOptions, maxRunTimeMinutes: 10 },
        exitCodes: defaultExitCodes,
        targets: [],
        requires: [],
      },
    ],
    restartAfterInstall: false,
    standalone: false,
    before: null,
    after: null,
  };
}
