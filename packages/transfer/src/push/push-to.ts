import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type AgentPackage,
  choosePackage,
  type Look,
  lookScript,
  readLook,
} from '@tenkai/domain/push/choose-package.ts';
import { givesAnyway, type PushProperty, propertyLine } from '@tenkai/domain/push/push-properties.ts';
import type { PushReason } from '@tenkai/domain/push/push-reason.ts';
import type { Target } from '@tenkai/domain/push/target.ts';
import { arrivedLine, damagedStatus, firstLine, installScript, quoted } from './install-script.ts';
import type { Ssh, SshResult } from './ssh.ts';

export interface PushResult {
  readonly host: string;
  /** `already`: this version was there, and assigned; nothing was changed. */
  readonly state: 'installed' | 'already' | 'failed';
  readonly version: string | null;
  readonly reason: PushReason | null;
  /** Whether an agent of this site was there before, or one that was removed has left its identity there. */
  readonly isUpgrade: boolean;
  /** What the other side said of it, in a line. */
  readonly detail: string;
  /** Exit status of the package manager or of ssh. */
  readonly exitCode: number | null;
  readonly tries: number;
  /** What the package manager has written. */
  readonly log: string;
  /** What was given with the installation; none where nothing was installed. */
  readonly properties: readonly PushProperty[];
}

/** What is being done; `waiting`: what may pass is tried again in a moment. */
export type PushStage = 'connecting' | 'copying' | 'installing' | 'waiting';

export interface PushDeps {
  readonly ssh: Ssh;
  readonly packages: readonly AgentPackage[];
  /** Among them the address of the site as the machines see it. */
  readonly properties: readonly PushProperty[];
  readonly rootFingerprint: string;
  /** What sudo asks for; undefined: only a sudo that asks for nothing is used. */
  readonly sudoPassword?: string | undefined;
  /** Asked for right before it is sent. */
  readonly ticket: (target: Target, isUpgrade: boolean) => Promise<string>;
  readonly retries: number;
  readonly onStage: (target: Target, stage: PushStage) => void;
}

/** What may be otherwise in a moment. */
const passing: ReadonlySet<PushReason> = new Set(['unreachable', 'package-damaged', 'package-manager-busy']);
const pauseMs = 2000;

/** Installs the agent on one machine; tries again what may pass. @throws the signal's reason */
export async function pushTo(deps: PushDeps, target: Target, signal: AbortSignal): Promise<PushResult> {
  for (let tries = 1; ; tries += 1) {
    const result = { ...(await pushOnce(deps, target, signal)), tries };
    const mayPass = result.reason !== null && passing.has(result.reason);
    if (!mayPass || tries > deps.retries) return result;
    deps.onStage(target, 'waiting');
    await pause(pauseMs * tries, undefined, { signal });
  }
}

async function pushOnce(deps: PushDeps, target: Target, signal: AbortSignal): Promise<PushResult> {
  const { ssh, onStage, packages, rootFingerprint: root } = deps;
  onStage(target, 'connecting');
  const seen = await ssh.run(target, 'sh', { text: lookScript }, signal);
  const said = readLook(seen.stdout);
  if (!said) return failed(target, reasonOfSsh(seen) ?? 'unreachable', seen);
  const { look, rights, refusal } = await rightsOf(deps, target, said, signal);
  const offer = { packages, root, givesAnyway: givesAnyway(deps.properties) };
  const choice = choosePackage(look, offer);
  if ('refused' in choice) return { ...failed(target, choice.refused), detail: choice.detail || refusal };
  const { chosen, isThere } = choice;
  // Without a package, only what names this site counts: one that is installed there now would overwrite the rest.
  const isUpgrade = look.isAssigned && (look.installed !== '' || look.root === root.toLowerCase());
  const done = { ...failed(target, null), version: chosen.version, exitCode: 0, isUpgrade };
  if (isThere) return { ...done, state: 'already' };
  const result = await install(deps, target, { chosen, rights, isUpgrade }, signal);
  if (result.code === 0)
    return { ...done, state: 'installed', log: result.stdout, properties: deps.properties };
  return failed(target, reasonOfInstall(result), result);
}

interface Rights {
  readonly command: string;
  /** Goes before everything else; empty: none. */
  readonly line: string;
}

const bySudo = "sudo -k -S -p '' ";

/** How the user comes to root's rights there. Whether sudo takes the password is asked before anything else is sent. */
async function rightsOf(
  { ssh, sudoPassword }: PushDeps,
  target: Target,
  look: Look,
  signal: AbortSignal,
): Promise<{ look: Look; rights: Rights; refusal: string }> {
  const plain = { look, rights: { command: look.isRoot ? '' : 'sudo -n ', line: '' }, refusal: '' };
  if (look.isRoot || look.maySudo || sudoPassword === undefined) return plain;
  const line = `${sudoPassword}\n`;
  const asked = await ssh.run(target, `${bySudo}true`, { text: line }, signal);
  if (asked.code !== 0) return { ...plain, refusal: asked.stderr.trim().split('\n').at(-1) ?? '' };
  return { look: { ...look, maySudo: true }, rights: { command: bySudo, line }, refusal: '' };
}

interface Installation {
  readonly chosen: AgentPackage;
  readonly rights: Rights;
  readonly isUpgrade: boolean;
}

async function install(
  deps: PushDeps,
  target: Target,
  { chosen, rights, isUpgrade }: Installation,
  signal: AbortSignal,
): Promise<SshResult> {
  const { rootFingerprint, onStage } = deps;
  onStage(target, 'copying');
  const properties = `${propertyLine(deps.properties)} ROOTFINGERPRINT=${rootFingerprint}`;
  const lines = [firstLine, await deps.ticket(target, isUpgrade), properties, await sha256(chosen.path)];
  let said = '';
  const onOutput = (text: string) => {
    const before = said.includes(arrivedLine);
    said = (said + text).slice(-1000);
    if (!before && said.includes(arrivedLine)) onStage(target, 'installing');
  };
  const text = `${rights.line}${lines.join('\n')}\n`;
  const command = `${rights.command}sh -c ${quoted(installScript(basename(chosen.path)))}`;
  return deps.ssh.run(target, command, { text, file: chosen.path, onOutput }, signal);
}

function failed(target: Target, reason: PushReason | null, result?: SshResult): PushResult {
  const said = `${result?.stdout ?? ''}\n${result?.stderr ?? ''}`.trim();
  return {
    host: target.text,
    state: 'failed',
    version: null,
    isUpgrade: false,
    reason,
    detail: reason === null ? '' : (said.split('\n').at(-1) ?? ''),
    exitCode: result?.code ?? null,
    tries: 0,
    log: said,
    properties: [],
  };
}

/** A machine whose keys nobody has confirmed, or that did not show any. */
export const withoutKey = (target: Target, reason: 'unreachable' | 'host-key-unconfirmed'): PushResult => ({
  ...failed(target, reason),
  tries: 1,
});

function reasonOfSsh({ code, stderr }: SshResult): PushReason | undefined {
  if (code !== 255) return undefined;
  if (/host identification has changed|host key verification failed|no .* host key is known/i.test(stderr))
    return 'host-key-wrong';
  return /permission denied|too many authentication/i.test(stderr) ? 'sign-in-refused' : 'unreachable';
}

function reasonOfInstall(result: SshResult): PushReason {
  if (result.code === damagedStatus) return 'package-damaged';
  const isBusy = /lock (was|is) (locked|held)|unable to (acquire|lock)|transaction lock/i.test(result.stdout);
  return reasonOfSsh(result) ?? (isBusy ? 'package-manager-busy' : 'install-failed');
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}
