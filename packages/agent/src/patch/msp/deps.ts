import type { ClientPatches, Command } from '../../platform/platform.ts';
import type { PatchDeps } from '../apply.ts';

/** Runs a command to its end; resolves with its exit status. */
export type RunInstaller = (command: Command) => Promise<number>;

export interface MspDeps extends PatchDeps {
  readonly patches: ClientPatches;
  readonly run: RunInstaller;
}

/** Windows Installer's (winerror.h): done, and done once the machine has restarted. */
export const done = [0, 3010, 1641];
