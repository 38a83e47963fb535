import { Failure } from '@tenkai/domain/failure.ts';
import { ownStores } from '../certificates/own-stores.ts';
import { machineApi } from '../key-guard.ts';
import { run } from '../platform/shell.ts';
import { systemEnvironment, systemProgram } from '../platform/windows/environment.ts';
import { decodeConsole } from '../platform/windows/registry.ts';
import type { MasterSystem, MasterSystemDeps } from './system.ts';
import type { WindowsSystemDeps } from './windows-system.ts';

/** Sysprep takes several minutes. */
const limitMs = 60 * 60_000;

/** Of this machine, loaded alone. @throws Failure master-needs-root */
export async function openMasterSystem(deps: MasterSystemDeps): Promise<MasterSystem> {
  if (deps.platform.family === 'linux') return (await import('./linux-system.ts')).linuxSystem(deps);
  const api = await machineApi();
  if (api?.isElevated() === false) throw new Failure('master-needs-root');
  const { windowsSystem } = await import('./windows-system.ts');
  return windowsSystem({ ...deps, stores: (await ownStores(deps.data)).all, run: runProgram });
}

const runProgram: WindowsSystemDeps['run'] = ({ program, args }) =>
  run(program.includes('\\') ? program : systemProgram(program), args, {
    timeoutMs: limitMs,
    env: systemEnvironment(),
    decode: decodeConsole,
  });
