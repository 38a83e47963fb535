import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import type { ServiceStatus } from '@tenkai/agent/service/status-file.ts';
import { readRegistryText } from '@tenkai/agent/setup/registry-text.ts';
import type { AgentStatus } from '@tenkai/agent/status.ts';
import type { CommandResult } from '../../rig/command.ts';
import { until } from '../../rig/until.ts';
import { type WineMachine, wineNodePath } from '../../rig/wine-machine.ts';
import { type MsiVersion, shippedMsi } from './shipped-msi.ts';

/** Everything takes its time on a busy computer. */
const longMs = 600_000;
const key = 'SOFTWARE\\Tenkai\\Agent';
const storeKey = 'HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\Tenkai';
const serviceKey = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\TenkaiAgent';

export const windowsPrograms = 'C:\\Program Files\\Tenkai';
const agentProgram = ['node.exe', 'tenkai-agent.mjs'].map((file) => `${windowsPrograms}\\Agent\\${file}`);
export const windowsData = 'C:\\ProgramData\\Tenkai\\Agent';

/** The agent of a Windows machine as its package installs it, with a service of Windows. */
export interface WindowsAgent {
  /** `msiexec` without windows; its exit code as Linux sees it, the lowest eight bits. */
  msiexec(...words: readonly string[]): Promise<number>;
  /** Brings the package of that version onto the machine, and gives its path there. */
  bring(version: MsiVersion): Promise<string>;
  /** What installations have left in the registry, without what was not given; undefined: the key is not there. */
  kept(): Promise<Readonly<Record<string, string>> | undefined>;
  /** What the registry holds of the store `Tenkai` of certificates; undefined: there is no such store. */
  certificateStore(): Promise<string | undefined>;
  /** `RUNNING`, `STOPPED` ...; undefined: there is no such service. */
  serviceState(): Promise<string | undefined>;
  untilServiceIs(state: string): Promise<void>;
  /** How the service starts: 2 by itself, 3 by hand; for the installer and from the machine's next start on. */
  setStartType(type: 2 | 3, isDelayed?: boolean): Promise<void>;
  /** The agent's own command, to its end. */
  command(...words: readonly string[]): Promise<CommandResult>;
  startType(): Promise<string>;
  start(): Promise<void>;
  /** Waits until it has stopped. */
  stop(): Promise<void>;
  /** A file of its data; empty where it is not there. */
  data(name: string): Promise<string>;
  /** Waits for what the agent says of itself in its folder. */
  untilSays(what: string, holds: (status: ServiceStatus) => boolean): Promise<ServiceStatus>;
  /** `tenkai-agent status`, once the service is there to be asked about. */
  untilStatus(): Promise<AgentStatus>;
}

/**
 * Wine ends when its last program does, its services too, and begins anew with the next one. Somebody who stays keeps it
 * as a Windows is, and lets services start with the machine.
 */
export const keepWindowsUp = (machine: WineMachine) =>
  machine.service([wineNodePath, '-e', 'setInterval(() => {}, 9e5)']);

/** No trace of an agent is on the machine. */
export async function assertNoAgent(machine: WineMachine, agent: WindowsAgent): Promise<void> {
  assert.equal(await agent.kept(), undefined);
  assert.equal(await agent.serviceState(), undefined);
  for (const path of [windowsPrograms, 'C:\\ProgramData\\Tenkai'])
    assert.deepEqual(await readdir(machine.pathOf(path)).catch(() => 'nothing'), 'nothing');
  assert.equal(await agent.certificateStore(), undefined);
}

export function windowsAgent(machine: WineMachine): WindowsAgent {
  // Words of other languages reach Wine only with a locale that has them.
  const run = (...argv: readonly string[]) =>
    machine.run(argv, { timeoutMs: longMs, env: { LC_ALL: 'C.UTF-8' } });
  const ask = (...argv: readonly string[]) => machine.ask(argv, { timeoutMs: longMs });
  const serviceState = async () =>
    /STATE +: +\d +(\w+)/.exec((await run('sc', 'query', 'TenkaiAgent')).stdout)?.[1];
  const untilServiceIs = async (state: string) => {
    await until(`the service is ${state}`, async () => (await serviceState()) === state, longMs);
  };
  const data = (name: string) => readFile(machine.pathOf(`${windowsData}\\${name}`), 'utf8').catch(() => '');
  return {
    msiexec: async (...words) => (await run('msiexec', ...words, '/qn')).code,
    async bring(version) {
      const path = `C:\\t\\${version}.msi`;
      await mkdir(machine.pathOf('C:\\t'), { recursive: true });
      await copyFile(await shippedMsi(version), machine.pathOf(path));
      return path;
    },
    async kept() {
      const { code } = await run('reg', 'export', `HKLM\\${key}`, 'C:\\t\\key.reg', '/y', '/reg:64');
      if (code !== 0) return undefined;
      const exported = await readFile(machine.pathOf('C:\\t\\key.reg'));
      const values = readRegistryText(exported, `HKEY_LOCAL_MACHINE\\${key}`);
      return Object.fromEntries([...values].filter(([, value]) => value !== ''));
    },
    async certificateStore() {
      const { code, stdout } = await run('reg', 'query', storeKey, '/s');
      // Wine leaves the key of a store that was deleted, with nothing in it.
      return code === 0 && stdout.trim() !== '' ? stdout : undefined;
    },
    serviceState,
    untilServiceIs,
    async setStartType(type, isDelayed = false) {
      const values = { Start: type, DelayedAutostart: Number(isDelayed) };
      for (const [name, value] of Object.entries(values))
        await ask('reg', 'add', serviceKey, '/v', name, '/t', 'REG_DWORD', '/d', String(value), '/f');
    },
    command: (...words) => run(...agentProgram, ...words),
    startType: async () => /0x\d+$/.exec(await ask('reg', 'query', serviceKey, '/v', 'Start'))?.[0] ?? '',
    start: async () => void (await ask('sc', 'start', 'TenkaiAgent')),
    async stop() {
      await ask('sc', 'stop', 'TenkaiAgent');
      await untilServiceIs('STOPPED');
    },
    data,
    untilSays: (what, holds) =>
      until(
        what,
        async () => {
          const text = await data('status.json');
          const status = text === '' ? undefined : (JSON.parse(text) as ServiceStatus);
          return status && holds(status) ? status : undefined;
        },
        longMs,
      ),
    untilStatus: () =>
      until(
        'the agent answers',
        async () => {
          const { code, stdout } = await run(...agentProgram, 'status', '--json');
          const said = code === 0 ? (JSON.parse(stdout) as AgentStatus) : undefined;
          return said?.general.isRunning ? said : undefined;
        },
        longMs,
      ),
  };
}
