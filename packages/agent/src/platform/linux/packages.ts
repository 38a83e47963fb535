import { join } from 'node:path';
import type { InstalledSoftware } from '@tenkai/domain';
import type { Paths } from '../platform.ts';
import { run } from '../shell.ts';
import { findProgram } from './installer.ts';
import { type DpkgRow, dpkgFormat, parseDpkg, parseRpm, rpmFormat } from './package-parsers.ts';

const timeoutMs = 120_000;

/** Everything that dpkg knows of, or of one package; null where this machine has no dpkg. */
export async function listDpkg(
  paths: Paths,
  name: string | null,
  signal: AbortSignal,
): Promise<DpkgRow[] | null> {
  const program = findProgram('dpkg-query');
  if (program === null) return null;
  const place = paths.root === null ? [] : [`--admindir=${join(paths.root, 'var/lib/dpkg')}`];
  const args = [...place, '-W', `-f=${dpkgFormat}`, ...(name === null ? [] : ['--', name])];
  const { code, stdout } = await run(program, args, { timeoutMs, signal });
  // Exit code 1: no package of that name, which is an answer too.
  if (code !== 0 && code !== 1) return null;
  return parseDpkg(stdout).filter(
    (row) => name === null || row.name === name || `${row.name}:${row.architecture}` === name,
  );
}

/** As listDpkg; rpm keeps several versions of one package side by side, such as kernels. */
export async function listRpm(
  paths: Paths,
  name: string | null,
  signal: AbortSignal,
): Promise<InstalledSoftware[] | null> {
  const program = findProgram('rpm');
  if (program === null) return null;
  const place = paths.root === null ? [] : ['--root', paths.root];
  const what = name === null ? ['-qa'] : ['-q'];
  const args = [...place, ...what, '--qf', rpmFormat, ...(name === null ? [] : ['--', name])];
  const { code, stdout } = await run(program, args, { timeoutMs, signal });
  if (code === null) return null;
  return parseRpm(stdout).filter(
    (row) => name === null || row.name === name || `${row.name}.${row.architecture}` === name,
  );
}
