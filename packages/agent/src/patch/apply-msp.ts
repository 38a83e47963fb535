import '@tenkai/domain/agent-patch/failures.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Command, Installer } from '../platform/platform.ts';

/** Runs a command to its end; resolves with its exit status. */
export type RunInstaller = (command: Command) => Promise<number>;

/** Windows Installer's (winerror.h): done, and done once the machine has restarted. */
const done = [0, 3010, 1641];
/** ERROR_UNKNOWN_PRODUCT and ERROR_PATCH_TARGET_NOT_FOUND: it is for another version, or what it replaces is newer already. */
const notFor = [1605, 1642];

/**
 * Applies client patches on Windows, each by `msiexec.exe /p "FILE" /qn /norestart`, in their order. Properties are in
 * no command line: they stay in the registry (AGENT-27).
 * @returns whether the machine has to restart
 * @throws Failure agent-patch-not-applicable, program-failed; what came before stays applied
 * Source: AGENT-14, HOTFIX-27.
 */
export async function applyMsps(
  files: readonly string[],
  installer: Pick<Installer, 'commandFor'>,
  run: RunInstaller,
): Promise<{ readonly needsRestart: boolean }> {
  let needsRestart = false;
  for (const file of files) {
    const status = await run(installer.commandFor(file, []));
    if (notFor.includes(status)) throw new Failure('agent-patch-not-applicable', { file });
    if (!done.includes(status))
      throw new Failure('program-failed', { program: 'msiexec.exe', cause: `exit code ${status}` });
    needsRestart ||= status !== 0;
  }
  return { needsRestart };
}
