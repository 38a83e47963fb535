/**
 * A Windows machine of the tests: Wine with a Windows folder, processes, network and starts of its own. Below, it is a
 * host of the rig like a Debian one, so that nothing of it outlives its test. What Wine only pretends is listed in
 * docs/windows-checklist.md.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CommandResult } from './command.ts';
import { type DebianHost, type DebianHostOptions, startHost } from './debian-host.ts';
import type { HostService } from './host-command.ts';
import { prepareWineBase, wineEnvironment, winePrefix } from './wine-base.ts';

export { noWine, wineNodePath } from './wine-base.ts';

/** Wine is slow to start on a busy machine. */
const defaultTimeoutMs = 600_000;
const endTimeoutMs = 120_000;
/**
 * wineserver ends some seconds after the last program. Whoever comes at that moment is told so before its own program has
 * begun (client 0 is one without a thread yet), and finds a new server the next time.
 */
const hasMissedServer = /^wine client error:0: /m;
const mostTries = 3;

/** Node for Windows cannot write into a pipe of Linux, and a program left behind would hold one open: hence files. */
const intoFiles =
  'said=$(mktemp -d); wine "$@" >"$said/out" 2>"$said/err" </dev/null; code=$?; cat "$said/out"; cat "$said/err" >&2; exit $code';

export interface WineOptions {
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface WineService extends Omit<HostService, 'log'> {
  /** What it has written since the machine was made. */
  log(): string;
}

export interface WineMachine {
  readonly name: string;
  readonly address: string;
  /** The Debian in which Wine runs. */
  readonly host: DebianHost;
  /** Where a path such as `C:\Users` lies for this process. Unlike Windows it is told apart by upper and lower case. */
  pathOf(windowsPath: string): string;
  writeFile(windowsPath: string, content: string | Uint8Array): Promise<void>;
  /**
   * Runs a Windows program to its end, in `C:\windows`. Of its exit code Linux sees the lowest eight bits: 3010 is 194.
   * @throws Error when it takes too long
   */
  run(argv: readonly string[], options?: WineOptions): Promise<CommandResult>;
  /** Gives its output, trimmed. @throws Error with its words when it fails */
  ask(argv: readonly string[], options?: WineOptions): Promise<string>;
  /** Starts a program now and, unless `atBoot` is false, at each later start of the machine. */
  service(argv: readonly string[], options?: WineOptions & { readonly atBoot?: boolean }): WineService;
  /** Ends all programs with the registry written, as Windows does when it goes down, and starts the machine again. */
  restart(): Promise<void>;
  destroy(): Promise<void>;
}

export type WineMachineOptions = Pick<DebianHostOptions, 'name' | 'network'>;

/** Makes a machine with a fresh Windows and switches it on. The first one of a checkout makes the base. */
export async function startWine(options: WineMachineOptions): Promise<WineMachine> {
  const host = await startHost({ ...options, base: await prepareWineBase(), diskMb: 4096 });
  await prepareRegistry(host);
  const environment = (more: WineOptions['env'] = {}) => ({ ...wineEnvironment, ...more });
  const pathOf = (path: string) => join(host.rootPath, linuxPath(path));
  const run: WineMachine['run'] = async (argv, { timeoutMs = defaultTimeoutMs, env } = {}) => {
    for (let tries = 1; ; tries += 1) {
      const result = await host.run(inWindows(intoFiles, argv), { timeoutMs, env: environment(env) });
      if (tries === mostTries || !hasMissedServer.test(result.stderr)) return result;
    }
  };
  let services = 0;
  return {
    name: host.name,
    address: host.address,
    host,
    pathOf,
    async writeFile(path, content) {
      await mkdir(dirname(pathOf(path)), { recursive: true });
      await writeFile(pathOf(path), content);
    },
    run,
    async ask(argv, asked = {}) {
      const { code, stdout, stderr } = await run(argv, asked);
      if (code === 0) return stdout.trim();
      throw new Error(
        `${host.name}: ${argv.join(' ')}: status ${code}: ${`${stdout}${stderr}`.slice(-4000)}`,
      );
    },
    service(argv, { env, atBoot = true } = {}) {
      const file = `/var/log/wine-service-${++services}`;
      const log = () => readIfThere(join(host.rootPath, file));
      const script = `exec wine "$@" >>${file} 2>&1 </dev/null`;
      const service = host.service(inWindows(script, argv), {
        env: environment(env),
        atBoot,
        startsAgain: missedServer(host, log),
      });
      return withLog(service, log);
    },
    async restart() {
      await host.ask('wineserver --kill; wineserver --wait', { timeoutMs: endTimeoutMs, env: environment() });
      await host.reset();
    },
    destroy: () => host.destroy(),
  };
}

/** A service that says nothing for ten seconds would be given up: that is soon gone on a busy machine. */
const servicePatience = `
[System\\\\ControlSet001\\\\Control] 1
"ServicesPipeTimeout"="${defaultTimeoutMs}"
`;

/** Windows machines of one image would be clones. No program of Wine runs yet, so its registry is a file. */
async function prepareRegistry({ rootPath }: DebianHost): Promise<void> {
  const file = join(rootPath, winePrefix, 'system.reg');
  const text = await readFile(file, 'latin1');
  const changed = text.replace(/^"MachineGuid"="[^"]*"$/m, `"MachineGuid"="${randomUUID()}"`);
  if (changed === text) throw new Error(`${file} holds no MachineGuid`);
  await writeFile(file, changed + servicePatience, 'latin1');
}

const inWindows = (script: string, argv: readonly string[]) => [
  'sh',
  '-c',
  `cd "$WINEPREFIX/drive_c/windows" && ${script}`,
  'wine',
  ...argv,
];

/** @throws Error where it is not a path on drive C */
function linuxPath(path: string): string {
  if (!/^C:\\/i.test(path)) throw new Error(`not on drive C: ${path}`);
  return join(winePrefix, 'drive_c', path.slice(3).replaceAll('\\', '/'));
}

/** Whether a service has just ended because it missed the server, and may try again. */
function missedServer(host: DebianHost, log: () => string): () => boolean {
  let judgedChars = 0;
  let tries = 0;
  return () => {
    const said = log();
    const hasMissed = hasMissedServer.test(said.slice(judgedChars));
    judgedChars = said.length;
    tries = hasMissed ? tries + 1 : 0;
    return hasMissed && tries < mostTries && host.isOn;
  };
}

/** The service object has accessors, which a spread would freeze. */
function withLog(service: HostService, log: () => string): WineService {
  return Object.create(service, { log: { value: log } }) as WineService;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
