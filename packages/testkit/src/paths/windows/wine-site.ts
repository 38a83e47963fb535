import { existsSync, readFileSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { output } from '../../rig/command.ts';
import type { Network } from '../../rig/network.ts';
import { makeScratchFolder } from '../../rig/rig-folder.ts';
import { until } from '../../rig/until.ts';
import { startWine, type WineMachine, wineNodePath } from '../../rig/wine-machine.ts';
import { type ReachedSite, reachSite } from '../scene/reach-site.ts';

const compiler = '/usr/bin/x86_64-w64-mingw32-gcc';
/** Why the server for Windows cannot be built here; false when it can. */
export const noWindowsServer: string | false =
  !existsSync(compiler) &&
  'the compiler for WINDOWS is MISSING: run node scripts/install-test-tools.mjs as root';

const script = join(import.meta.dirname, '../../../../../scripts/package-windows-server.ts');
/** Any folder will do. */
export const programFolder = 'C:\\Our programs\\Tenkai site';
const dataFolder = 'C:\\ProgramData\\Tenkai\\Server';
const port = 443;
const buildLimitMs = 600_000;
const startLimitMs = 600_000;

/** The shipped server for Windows as a service of a Windows machine. */
export interface WineSite extends ReachedSite {
  readonly machine: WineMachine;
  /** `tenkai` on that machine, with --json. */
  tenkai<T>(...args: readonly string[]): Promise<T>;
  /** `sc.exe start` or `stop`; what comes of it shows `untilState`. */
  control(act: 'start' | 'stop'): Promise<void>;
  untilState(state: string): Promise<{ readonly exitCode: number | null }>;
  /** A file of the service's folder; undefined where there is none. */
  read(name: string): string | undefined;
  /** How often the server has said that it is ready. */
  starts(): number;
  destroy(): Promise<void>;
}

/** Unpacks the package on a fresh Windows and installs the service as the documentation says. */
export async function startWineSite(network: Network): Promise<WineSite> {
  const machine = await startWine({ name: 'winserver', network });
  try {
    await cp(await shippedFolder(), machine.pathOf(programFolder), { recursive: true });
    const settings = `TENKAI_PORT=${port}\r\nTENKAI_SITE=WIN\r\nTENKAI_NAMES=${machine.address}\r\n`;
    await machine.writeFile(`${dataFolder}\\server.env`, settings);
    const program = (file: string) => `${programFolder}\\${file}`;
    const tenkai = async <T>(...args: readonly string[]) =>
      JSON.parse(await machine.ask([program('node.exe'), program('tenkai.mjs'), '--json', ...args])) as T;
    const read = (name: string) => {
      const file = machine.pathOf(`${dataFolder}\\${name}`);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    };
    // Without a program of a user Wine ends its services, and begins anew with the next one.
    machine.service([wineNodePath, '-e', 'setInterval(() => {}, 9e6)']);
    const starts = () => read('service.log')?.split('Tenkai is ready').length ?? 1;
    await tenkai('service', 'install');
    const log = () => `${read('service.log')}${read('log\\server.log')}`;
    await until(
      () => `the service is ready: ${log()}`,
      () => starts() === 2,
      startLimitMs,
    );
    const forward = await network.forward(port, machine.address);
    const site = await reachSite(`https://localhost:${forward.port}`, log);
    return {
      ...site,
      machine,
      tenkai,
      control: async (act) => void (await machine.ask(['sc', act, 'TenkaiServer'])),
      untilState: (state) =>
        until(
          `the service is ${state}`,
          async () => {
            const now = await tenkai<{ state: string; exitCode: number | null }>('service', 'status');
            return now.state === state && now;
          },
          startLimitMs,
        ),
      read,
      starts: () => starts() - 1,
      destroy: () => machine.destroy(),
    };
  } catch (error) {
    await machine.destroy();
    throw error;
  }
}

/** Made by the command that makes releases. */
async function shippedFolder(): Promise<string> {
  const folder = await makeScratchFolder('windows-server');
  const options = ['--unpacked', '--console-as-built', '--out', folder];
  await output([process.execPath, script, ...options], { timeoutMs: buildLimitMs, env: process.env });
  const [name = ''] = await readdir(folder);
  return join(folder, name);
}
