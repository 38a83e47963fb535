/**
 * A server that is a service of Windows has one folder for settings, data and log. Its service names it in
 * TENKAI_SERVICE_FOLDER; on Linux the unit names everything, and the journal takes the log.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

export type Env = Readonly<Record<string, string | undefined>>;

const settingsFile = 'server.env';
/** Folder of the log in the service's folder. */
export const logFolder = 'log';

/**
 * The environment with the settings of the service's folder behind it: what the environment says wins.
 * @throws Error where there are settings that cannot be read
 */
export function withServiceSettings(env: Env): Env {
  const folder = env.TENKAI_SERVICE_FOLDER;
  if (!folder) return env;
  return { TENKAI_DATA: folder, ...readSettings(join(folder, settingsFile)), ...env };
}

function readSettings(file: string): Env {
  try {
    return parseEnv(textOf(readFileSync(file)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** Editors of Windows write UTF-8, or UTF-16 with a byte order mark (Windows PowerShell's `Out-File`). */
function textOf(bytes: Buffer): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(bytes);
}
