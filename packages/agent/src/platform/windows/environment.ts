import { dirname, join } from 'node:path/win32';

type Env = Readonly<Record<string, string | undefined>>;

/** Ours and Node's own words, which mean something else to the programs that we start. */
const own = /^(TENKAI_|NODE_)/i;

/**
 * What the system gives to its services, and so to their programs. These find `tenkai-agent` too: a service sees the search
 * path that the installation has made longer only after the next start of Windows.
 * @param folder of the agent's own programs
 */
export function systemEnvironment(
  env: Env = process.env,
  folder = dirname(process.execPath),
): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !own.test(entry[0]),
  );
  const isPath = ([name]: readonly string[]) => name?.toLowerCase() === 'path';
  const [name, value] = kept.find(isPath) ?? ['Path', ''];
  return { ...Object.fromEntries(kept), [name]: withFolder(value, folder) };
}

/** Last: nothing of ours is run in the place of another program of that name. */
function withFolder(path: string, folder: string): string {
  const folders = path.split(';').filter((each) => each !== '');
  const isThere = folders.some((each) => each.toLowerCase() === folder.toLowerCase());
  return isThere ? path : [...folders, folder].join(';');
}

const variable = (env: Env, name: string) =>
  Object.entries(env).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];

/** `C:\Windows`. */
export function systemRoot(env: Env = process.env): string {
  return variable(env, 'SystemRoot') ?? 'C:\\Windows';
}

/** Full path of a program of the system: what lies in the current folder is never run instead. */
export function systemProgram(name: string, env: Env = process.env): string {
  const folder = name === 'powershell.exe' ? 'System32\\WindowsPowerShell\\v1.0' : 'System32';
  return join(systemRoot(env), folder, name);
}

/** Where services keep their data: `C:\ProgramData\Tenkai\Agent`. */
export function agentDataFolder(env: Env = process.env): string {
  return join(variable(env, 'ProgramData') ?? 'C:\\ProgramData', 'Tenkai', 'Agent');
}
