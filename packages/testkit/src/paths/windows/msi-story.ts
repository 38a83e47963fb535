/**
 * What the story of the agent's package goes on with: one site, one Windows machine that Wine plays, and the packages of two
 * versions on it.
 */

import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { enrollmentRoutes } from '@tenkai/protocol';
import type { CommandResult } from '../../rig/command.ts';
import { startWine, type WineMachine } from '../../rig/wine-machine.ts';
import { runProgram } from '../../tenkai-cli.ts';
import { cliEnvironment } from '../scene/cli-environment.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import { machineNamed } from '../scene/managed-host.ts';
import { shippedMsp } from './shipped-msi.ts';
import { keepWindowsUp, type WindowsAgent, windowsAgent, windowsPrograms } from './windows-agent.ts';

export const name = 'windows';
export const [older, newer] = ['0.1.1', '98.7.6'] as const;
export const longMs = 600_000;
/** 1603; of an exit code, Linux sees the lowest eight bits. */
export const refused = 1603 & 0xff;
export const sysprep = 'C:\\Windows\\System32\\Sysprep\\sysprep.exe';
const setupState = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State';
const main = join(import.meta.dirname, '../../../../cli/src/main.ts');

export let scene: HostScene;
export let machine: WineMachine;
export let agent: WindowsAgent;
/** Paths of the packages on the machine. */
export let olderMsi: string;
export let newerMsi: string;
/** On this computer, with the administrator's patches. */
export let folder: string;
let env: Record<string, string>;

/** Starts site and machine; nothing is installed yet. */
export async function beginStory(): Promise<void> {
  scene = await startHostScene([]);
  folder = await mkdtemp(join(tmpdir(), 'tenkai-msi-host-'));
  env = await cliEnvironment(scene.site, folder);
  machine = await startWine({ name, network: scene.network });
  keepWindowsUp(machine);
  agent = windowsAgent(machine);
  [olderMsi, newerMsi] = await Promise.all([agent.bring(older), agent.bring(newer)]);
}

export async function endStory(): Promise<void> {
  await machine?.destroy();
  await scene?.destroy();
  await rm(folder, { recursive: true, force: true });
}

export const row = () => machineNamed(scene.site, name);
export const enrollment = () => agent.data('identity\\enrollment.json');
export const settings = async () => JSON.parse((await agent.data('agent.json')) || '{}');
export const versionText = () => readFile(machine.pathOf(`${windowsPrograms}\\Agent\\VERSION.txt`), 'utf8');

/** Of the certificates that the agent holds. */
export const thumbprints = async () =>
  JSON.parse((await agent.command('cert', 'list', '--json')).stdout).certificates.map(
    ({ thumbprint }: { thumbprint: string }) => thumbprint,
  );

/** Lays a ticket on the machine, for one enrollment: `C:\t\ticket`. */
export async function giveTicket(name: string): Promise<void> {
  const body = { name, maxUses: 1, validHours: 1 };
  const { secret } = await scene.site.api(enrollmentRoutes.createTicket, { body });
  await machine.writeFile('C:\\t\\ticket', secret);
}

/** `tenkai agent patch` of an administrator. */
export const tenkai = async (...argv: string[]) => {
  const { code, stderr } = await runProgram(process.execPath, [main, 'agent', 'patch', ...argv], { env });
  assert.equal(code, 0, stderr);
};
/** The patch as an administrator has it: signed by the site, its signature beside it. Its path here. */
export async function signedMsp(version: typeof older | typeof newer): Promise<string> {
  const made = await shippedMsp(version);
  const file = join(folder, basename(made));
  for (const end of ['', '.json']) await copyFile(`${made}${end}`, `${file}${end}`);
  await tenkai('sign', file);
  return file;
}

/** Copies a file of this computer to `C:\t` of the machine. */
export const bring = (from: string, name: string) => copyFile(from, machine.pathOf(`C:\\t\\${name}`));

/** The same, altered in the middle of the cabinet, which Windows Installer would unpack. */
export async function bringAltered(from: string, name: string): Promise<void> {
  const bytes = await readFile(from);
  const at = Math.floor(bytes.length / 2);
  await machine.writeFile(`C:\\t\\${name}`, bytes.fill(bytes.readUInt8(at) ^ 1, at, at + 1));
}

export const version = async () => (await agent.command('--version')).stdout.trim();
export const patches = async () => JSON.parse((await agent.command('patch', 'list', '--json')).stdout);

/** Of a preparation: those of its steps that Wine lets end. */
export const stepsDone = ['install', 'service-manual', 'certificates', 'trust', 'site-values'].map(
  (step, index) => `step ${index + 1} (${step}): done, verified`,
);

/** Makes it a reference machine for machines that look for this site, up to the first step that does not end. */
export async function prepare(): Promise<CommandResult> {
  const line = `${machine.address} SITECODE=TST MP=${scene.site.url} ROOTFINGERPRINT=${scene.site.rootFingerprint}`;
  await machine.writeFile('C:\\t\\sites', `${line}\n`);
  const words = ['--unassign', '--candidates', 'C:\\t\\sites', '--dns-suffix', 'example.org'];
  return agent.command('master', 'prepare', ...words);
}

/** What sysprep leaves, and Wine does not have. */
export async function generalize(): Promise<void> {
  await machine.ask([
    'reg',
    'add',
    setupState,
    '/v',
    'ImageState',
    '/d',
    'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE',
    '/f',
  ]);
}
