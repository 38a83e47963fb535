import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Command } from 'commander';
import {
  installService,
  readStatus,
  removeService,
  type Said,
  type ServicePort,
} from '../service/service.ts';
import { firstSettings, type ServiceStatus, serviceProgram } from '../service/service-control.ts';
import { acting, type Cli, type Session } from '../session.ts';
import { closePorts, openPorts } from './firewall/firewall.ts';

const limitMs = 60_000;

/** `tenkai service`: the server of this machine as a service of Windows (BSRV-22); asks no site. */
export function addServiceCommands(program: Command, cli: Cli) {
  const noun = program.command('service').description('the server as a service of this Windows');
  noun
    .command('install')
    .description('register the service, make its data folder, open its ports, and start it')
    .option('--no-start', 'do not start it yet')
    .action(acting(cli, install));
  noun
    .command('remove')
    .description('stop and remove the service, and close its ports; settings, data and log stay')
    .action(acting(cli, remove));
  noun.command('status').description('say what the service does').action(acting(cli, status));
}

async function install(session: Session, { start }: { start: boolean }) {
  const port = onWindows(session);
  if (!existsSync(port.program)) throw new Failure('service-program-missing', { path: port.program });
  const beforeStart = (folder: string) => openPorts(session, settingsIn(folder));
  const installed = await installService(port, { start, beforeStart });
  const { folder, status: now } = installed;
  session.output.result({ ...now, folder }, () =>
    [
      sentence(now),
      `Settings: ${settingsIn(folder)}`,
      `The link for the first administrator and the fingerprint of the root key: ${join(folder, 'service.log')}`,
    ].join('\n'),
  );
}

async function remove(session: Session) {
  const port = onWindows(session);
  const wasThere = await removeService(port);
  if (wasThere) await closePorts(session);
  session.output.result({ removed: wasThere }, () =>
    wasThere ? 'The service is removed; its data stay.' : 'There is no such service.',
  );
}

async function status(session: Session) {
  const now = await readStatus(onWindows(session));
  session.output.result(now, () => sentence(now));
}

function sentence({ service, state, exitCode }: ServiceStatus): string {
  if (state === 'absent') return `${service}: not installed`;
  return exitCode === null
    ? `${service}: ${state}`
    : `${service}: ${state}; the server ended with ${exitCode}`;
}

const settingsIn = (folder: string) => join(folder, 'server.env');

/** @throws Failure service-system on other systems */
function onWindows({ terminal, signal }: Session): ServicePort {
  if (process.platform !== 'win32') throw new Failure('service-system');
  const program = join(import.meta.dirname, serviceProgram);
  const sc = join(terminal.env.SystemRoot ?? 'C:\\Windows', 'System32', 'sc.exe');
  return {
    program,
    sc: (args) => run(sc, args, signal),
    makeFolder: () => run(program, ['folder'], signal),
    async writeSettings(folder) {
      await writeFile(settingsIn(folder), firstSettings, { flag: 'wx' }).catch((error) => {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      });
    },
    wait: async (ms) => void (await delay(ms, undefined, { signal })),
  };
}

function run(program: string, args: readonly string[], signal: AbortSignal): Promise<Said> {
  return new Promise((resolve) => {
    const limits = { signal, timeout: limitMs, windowsHide: true };
    execFile(program, [...args], limits, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      resolve({ code: typeof code === 'number' ? code : null, text: `${stdout}${stderr}` });
    });
  });
}
