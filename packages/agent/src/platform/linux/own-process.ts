import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { Failure } from '@tenkai/domain/failure.ts';
import type { StartOwn } from '../platform.ts';
import { run } from '../shell.ts';
import { findProgram } from './installer.ts';

/**
 * Starts a process that is nobody's child. On systemd as a transient unit: whatever is left in the unit of a service
 * is ended together with the service. A unit that goes leaves the installers that it started alone (KillMode), for
 * the next engine takes them over. Elsewhere in a session of its own. See systemd-run(1), setsid(2).
 */
export async function startOwn(input: StartOwn): Promise<void> {
  const systemdRun = existsSync('/run/systemd/system') ? findProgram('systemd-run') : null;
  await (systemdRun === null ? startDetached(input) : startUnit(systemdRun, input));
}

async function startUnit(systemdRun: string, { name, program, args, environment }: StartOwn): Promise<void> {
  // Processes of an earlier engine may still hold its unit's name.
  const unit = `${name}-${Date.now().toString(36)}`.replace(/[^A-Za-z0-9:_.-]/g, '_');
  const variables = Object.entries(environment).map(([key, value]) => `--setenv=${key}=${value}`);
  const properties = ['KillMode=process', 'Restart=no', 'UMask=0022'].map((each) => `--property=${each}`);
  const options = [
    '--quiet',
    '--collect',
    `--unit=${unit}`,
    '--description=Tenkai engine',
    ...properties,
    ...variables,
  ];
  const { code, stderr, problem } = await run(systemdRun, [...options, '--', program, ...args], {
    timeoutMs: 60_000,
  });
  if (code === 0) return;
  throw new Failure(
    'program-failed',
    { program: systemdRun, cause: problem || `exit code ${code}` },
    { detail: stderr },
  );
}

async function startDetached({ program, args, environment, output }: StartOwn): Promise<void> {
  const log = openSync(output, 'a', 0o600);
  try {
    const stdio = ['ignore', log, log] as const;
    const child = spawn(program, [...args], {
      cwd: '/',
      env: environment,
      detached: true,
      stdio: [...stdio],
    });
    await once(child, 'spawn');
    child.unref();
  } finally {
    closeSync(log);
  }
}
