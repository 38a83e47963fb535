import { accessSync, constants } from 'node:fs';
import { extname, join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Command, Installer, Paths } from '../platform.ts';
import { programPath } from '../shell.ts';
import { splitParameters } from './parameters.ts';

/** What the package manager does without asking: keep an administrator's configuration files. */
const keepConfiguration = ['--force-confdef', '--force-confold'];
/** Another package manager, such as an automatic upgrade, may be at work. */
const lockTimeout = 'DPkg::Lock::Timeout=900';
/**
 * Once dpkg was interrupted, by a power cut say, apt-get refuses all work until dpkg has ended its own. Where another
 * one is at work right now, it holds the lock: then this does nothing, and apt-get waits.
 */
const endInterrupted = `[ -z "$(ls -A /var/lib/dpkg/updates)" ] || dpkg --configure -a ${keepConfiguration.join(' ')}`;

const interpreters: Readonly<Record<string, { programs: readonly string[]; args: readonly string[] }>> = {
  sh: { programs: ['sh'], args: [] },
  bash: { programs: ['bash'], args: [] },
  powershell: { programs: ['pwsh'], args: ['-NoProfile', '-NonInteractive', '-File'] },
};

export function createInstaller({ paths }: { paths: Paths }): Installer {
  return {
    supports: { dpkg: findProgram('dpkg') !== null, rpm: findProgram('rpm') !== null },
    argumentsOf: splitParameters,
    commandFor(file, args) {
      const extension = extname(file).toLowerCase();
      if (extension === '.deb') return debCommand(paths.root, file, args);
      if (extension === '.rpm') return rpmCommand(paths.root, file, args);
      if (extension === '.sh') return { program: required('sh', ['sh']), args: [file, ...args] };
      return { program: file, args };
    },
    shellCommand: (line) => ({ program: required('sh', ['sh']), args: ['-c', line] }),
    scriptCommand(interpreter, scriptFile) {
      const known = interpreters[interpreter];
      return {
        program: required(interpreter, known?.programs ?? []),
        args: [...(known?.args ?? []), scriptFile],
      };
    },
  };
}

/**
 * apt-get brings what a package depends on; it is not used on a root folder, which has no sources of its own. The
 * same version again is a repair, an older one what an administrator asked for.
 */
function debCommand(root: string | null, file: string, args: readonly string[]): Command {
  const apt = root === null ? findProgram('apt-get') : null;
  if (apt !== null) {
    const options = keepConfiguration.flatMap((option) => ['-o', `Dpkg::Options::=${option}`]);
    const how = [
      '-y',
      '-q',
      '--no-install-recommends',
      '--reinstall',
      '--allow-downgrades',
      '-o',
      lockTimeout,
    ];
    const install = [apt, 'install', ...how, ...options, ...args, file];
    return { program: required('sh', ['sh']), args: ['-c', `${endInterrupted}; exec "$0" "$@"`, ...install] };
  }
  const place =
    root === null ? [] : [`--root=${root}`, ...(process.getuid?.() === 0 ? [] : ['--force-not-root'])];
  return {
    program: required('dpkg', ['dpkg']),
    args: [...place, ...keepConfiguration, ...args, '--install', file],
  };
}

function rpmCommand(root: string | null, file: string, args: readonly string[]): Command {
  const place = root === null ? [] : ['--root', root];
  return {
    program: required('rpm', ['rpm']),
    args: [...place, '-U', '--replacepkgs', '--oldpackage', ...args, file],
  };
}

function required(interpreter: string, programs: readonly string[]): string {
  for (const name of programs) {
    const found = findProgram(name);
    if (found !== null) return found;
  }
  throw new Failure('interpreter-missing', { interpreter });
}

/** Absolute path of a program of the system; null: there is none. */
export function findProgram(name: string): string | null {
  for (const folder of programPath.split(':')) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
