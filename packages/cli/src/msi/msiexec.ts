import { spawn } from 'node:child_process';
import { basename, win32 } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import '../failures.ts';
import type { MsiDatabase } from './database.ts';

/** A program of Windows with its line, byte for byte: it takes its quotes apart by rules of its own. */
export interface InstallerCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** Runs it to its end; resolves with its exit code. */
export type RunInstaller = (command: InstallerCommand, signal: AbortSignal) => Promise<number>;

const limitMs = 600_000;

/** The line of an administrative extraction. Source: HOTFIX-13. */
export function administrativeExtraction(
  msi: string,
  folder: string,
  systemRoot = 'C:\\Windows',
): InstallerCommand {
  const program = win32.join(systemRoot, 'System32', 'msiexec.exe');
  return { program, args: ['/a', quoted(msi), '/qn', `TARGETDIR=${quoted(folder)}`] };
}

/** Only where there is a blank: Wine's msiexec takes a quote within a word as part of it. */
const quoted = (path: string) => (/\s/.test(path) ? `"${path}"` : path);

/**
 * Has Windows Installer put the files of an MSI into a folder. It also leaves the MSI itself there, without its files: the
 * caller removes it.
 * @throws Failure msi-unreadable, msiexec-failed
 */
export async function extractByMsiexec(
  msi: string,
  folder: string,
  signal: AbortSignal,
  run: RunInstaller = runInstaller,
): Promise<{ readonly copy: string }> {
  const code = await run(administrativeExtraction(msi, folder, process.env.SystemRoot), signal);
  // ERROR_INSTALL_PACKAGE_OPEN_FAILED and _INVALID (winerror.h).
  if (code === 1619 || code === 1620)
    throw new Failure('msi-unreadable', { path: msi }, { detail: `exit code ${code}` });
  if (code !== 0) throw new Failure('msiexec-failed', { path: msi, code });
  return { copy: basename(msi) };
}

const runInstaller: RunInstaller = ({ program, args }, signal) =>
  new Promise((done, reject) => {
    const options = { signal, timeout: limitMs, windowsVerbatimArguments: true, stdio: 'ignore' } as const;
    const child = spawn(program, [...args], options);
    child.once('error', reject);
    child.once('exit', (code, ended) =>
      code === null
        ? reject(new Failure('tool-failed', { tool: 'msiexec', reason: String(ended) }))
        : done(code),
    );
  });

/**
 * What an MSI's tables name as files, and what would lead one of them out of the folder: a name that is none, or a folder
 * that a property moves.
 */
export async function namesInMsi(
  msi: MsiDatabase,
): Promise<{ files: string[]; folders: string[]; moved: string[] }> {
  const [files, folders, properties] = await Promise.all(
    ['File', 'Directory', 'Property'].map((each) => msi.rows(each)),
  );
  const ids = new Set(folders?.map(({ Directory }) => Directory));
  const parts = (text = '') => text.split(/[|:]/).filter((part) => part !== '' && part !== '.');
  return {
    files: files?.flatMap(({ FileName = '' }) => FileName.split('|').slice(-1)) ?? [],
    folders: folders?.flatMap(({ DefaultDir }) => parts(DefaultDir)) ?? [],
    moved:
      properties?.flatMap(({ Property = '', Value }) => (ids.has(Property) ? `${Property}=${Value}` : [])) ??
      [],
  };
}
