import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { DataFolder } from '../data-folder.ts';
import type { Command } from '../platform/platform.ts';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import type { Language } from '../self-service/texts.ts';
import { readSettings } from '../settings.ts';
import { applyPatch, type PatchDeps } from './apply.ts';
import { listPatches } from './list.ts';
import type { PatchWorks } from './patch-works.ts';
import { rollBackPatch } from './roll-back.ts';
import { settlePatches } from './settle.ts';
import { restartText } from './texts.ts';

export interface PatchScene {
  readonly data: DataFolder;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The program that runs: beside it lie the others. */
  readonly entry: string;
}

/** @throws Failure platform-unsupported */
export async function worksOf({ data, env, entry }: PatchScene): Promise<PatchWorks> {
  const { clientPatches, ownService } = await selectPlatform(platformOptions(env, readSettings(data)));
  const deps: PatchDeps = { data, programs: dirname(resolve(entry)), now: Date.now };
  if (clientPatches === null) return ownWorks(deps);
  const { keepingService, mspWorks } = await import('./msp/works.ts');
  return mspWorks({ ...deps, patches: clientPatches, run: keepingService(ownService, runInstaller) });
}

const ownWorks = (deps: PatchDeps): PatchWorks => ({
  apply: (source, options) => applyPatch(deps, source, options),
  list: async () => listPatches(deps),
  rollBack: async (id) => rollBackPatch(deps, id),
  settle: () => settlePatches(deps),
  restartService,
});

const installerLimitMs = 60 * 60_000;

const runInstaller = ({ program, args, isVerbatim = false }: Command): Promise<number> =>
  new Promise((done, reject) => {
    const options = {
      timeout: installerLimitMs,
      windowsVerbatimArguments: isVerbatim,
      stdio: 'ignore',
    } as const;
    const child = spawn(program, [...args], options);
    child.once('error', reject);
    child.once('exit', (status) => done(status ?? 1));
  });

const restartLimitMs = 60_000;

/** An engine of a run is a unit of its own and goes on with what it has loaded. */
async function restartService(language: Language): Promise<void> {
  if (!existsSync('/run/systemd/system')) {
    process.stderr.write(`${restartText(language)}\n`);
    return;
  }
  const args = ['--no-block', 'try-restart', 'tenkai-agent.service'];
  await promisify(execFile)('systemctl', args, { timeout: restartLimitMs });
}
