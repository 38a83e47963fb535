import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type PropertyName, propertyNames } from '@tenkai/domain/assignment/properties.ts';
import type { DataFolder } from '../data-folder.ts';
import { type RegistryTexts, readRegistryText } from './registry-text.ts';
import type { GivenProperties, SetupSource } from './take-setup.ts';

const run = promisify(execFile);
const limitMs = 120_000;
const machine = 'HKEY_LOCAL_MACHINE';
const ownKey = 'SOFTWARE\\Tenkai\\Agent';
/** Of the old product; what an administrator writes there by hand is taken too (AGENT-10, AGENT-11). */
const oldKey = 'SOFTWARE\\Microsoft\\CCM';

/** Program and arguments; resolves with its exit status. */
export type RunReg = (args: readonly string[]) => Promise<number>;

/** Reads with reg.exe, which every Windows has; of a 64-bit registry always the view of 64-bit programs. */
export function registrySetup(data: DataFolder, runReg: RunReg = reg): SetupSource {
  const texts = async (key: string): Promise<(key: string) => RegistryTexts> => {
    const file = join(data.root, `setup-${process.pid}.reg`);
    try {
      const status = await runReg(['export', `HKLM\\${key}`, file, '/y', '/reg:64']);
      const exported = status === 0 ? readFileSync(file) : new Uint8Array();
      return (name) => readRegistryText(exported, `${machine}\\${name}`);
    } finally {
      rmSync(file, { force: true });
    }
  };
  return {
    async read() {
      const own = (await texts(ownKey))(ownKey);
      const old = await texts(oldKey);
      return {
        ...oldProperties(old(oldKey), old(`${oldKey}\\LocationServices`)),
        ...Object.fromEntries(
          propertyNames.flatMap((name) => (own.get(name) ? [[name, own.get(name)]] : [])),
        ),
      };
    },
    async forgetTicket() {
      const ticket: PropertyName = 'TICKET';
      await runReg(['delete', `HKLM\\${ownKey}`, '/v', ticket, '/f', '/reg:64']);
    },
  };
}

/** There, SMSSLP names the management point of the site to assign to; its name as a property means the locator. */
function oldProperties(product: RegistryTexts, locationServices: RegistryTexts): GivenProperties {
  const find = (texts: RegistryTexts, name: string) =>
    [...texts].find(([each]) => each.toLowerCase() === name)?.[1] ?? '';
  return { MP: find(product, 'smsslp'), DNSSUFFIX: find(locationServices, 'dnssuffix') };
}

async function reg(args: readonly string[]): Promise<number> {
  const program = join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'reg.exe');
  try {
    await run(program, [...args], { timeout: limitMs, windowsHide: true });
    return 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') return error.code;
    throw error;
  }
}
