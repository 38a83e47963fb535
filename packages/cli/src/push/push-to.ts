import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type AgentPackage, choosePackage, lookScript, readLook } from './choose-package.ts';
import type { Ssh, SshResult, Target } from './ssh.ts';

export type PushReason =
  | 'unreachable'
  | 'host-key-wrong'
  | 'host-key-unconfirmed'
  | 'sign-in-refused'
  | 'rights-missing'
  | 'system-unknown'
  | 'package-missing'
  | 'package-damaged'
  | 'package-manager-busy'
  | 'install-failed';

export interface PushResult {
  readonly host: string;
  /** `already`: this version was there, and assigned; nothing was changed. */
  readonly state: 'installed' | 'already' | 'failed';
  readonly version: string | null;
  readonly reason: PushReason | null;
  /** What the other side said of it, in a line. */
  readonly detail: string;
  /** Exit status of the package manager or of ssh. */
  readonly exitCode: number | null;
  readonly tries: number;
  /** What the package manager has written. */
  readonly log: string;
}

export interface PushDeps {
  readonly ssh: Ssh;
  readonly packages: readonly AgentPackage[];
  /** `MP=... ROOTFINGERPRINT=...`; no secret. */
  readonly properties: string;
  readonly ticket: string;
  readonly retries: number;
  readonly onStage: (host: string, stage: 'looking' | 'installing' | 'waiting') => void;
}

/** What may be otherwise in a moment. */
const passing: ReadonlySet<PushReason> = new Set(['unreachable', 'package-damaged', 'package-manager-busy']);
const pauseMs = 2000;
const damaged = 90;

/** Installs the agent on one machine; tries again what may pass. @throws the signal's reason */
export async function pushTo(deps: PushDeps, target: Target, signal: AbortSignal): Promise<PushResult> {
  for (let tries = 1; ; tries += 1) {
    const result = { ...(await pushOnce(deps, target, signal)), tries };
    const mayPass = result.reason !== null && passing.has(result.reason);
    if (!mayPass || tries > deps.retries) return result;
    deps.onStage(target.text, 'waiting');
    await pause(pauseMs * tries, undefined, { signal });
  }
}

async function pushOnce(deps: PushDeps, target: Target, signal: AbortSignal): Promise<PushResult> {
  const { ssh, onStage, packages } = deps;
  onStage(target.text, 'looking');
  const seen = await ssh.run(target, 'sh', { text: lookScript }, signal);
  const look = readLook(seen.stdout);
  if (!look) return failed(target, reasonOfSsh(seen) ?? 'unreachable', seen);
  const choice = choosePackage(look, packages);
  if ('refused' in choice) return { ...failed(target, choice.refused), detail: choice.detail };
  const { chosen, isThere } = choice;
  const done = { ...failed(target, null), version: chosen.version, exitCode: 0 };
  if (isThere) return { ...done, state: 'already' };
  onStage(target.text, 'installing');
  const text = `${deps.ticket}\n${deps.properties}\n${await sha256(chosen.path)}\n`;
  const command = `${look.isRoot ? '' : 'sudo -n '}sh -c ${quoted(installScript(basename(chosen.path)))}`;
  const result = await ssh.run(target, command, { text, file: chosen.path }, signal);
  if (result.code === 0) return { ...done, state: 'installed', log: result.stdout };
  return failed(target, reasonOfInstall(result), result);
}

function failed(target: Target, reason: PushReason | null, result?: SshResult): PushResult {
  const said = `${result?.stdout ?? ''}\n${result?.stderr ?? ''}`.trim();
  return {
    host: target.text,
    state: 'failed',
    version: null,
    reason,
    detail: reason === null ? '' : (said.split('\n').at(-1) ?? ''),
    exitCode: result?.code ?? null,
    tries: 0,
    log: said,
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
  if (result.code === damaged) return 'package-damaged';
  const isBusy = /lock (was|is) (locked|held)|unable to (acquire|lock)|transaction lock/i.test(result.stdout);
  return reasonOfSsh(result) ?? (isBusy ? 'package-manager-busy' : 'install-failed');
}

/** The ticket comes on standard input and lies in a folder of root's own until the agent has taken it. */
const installScript = (file: string) => `exec 2>&1
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 077
dir=$(mktemp -d /var/tmp/tenkai-push.XXXXXX) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 91' HUP INT TERM PIPE
IFS= read -r ticket && IFS= read -r properties && IFS= read -r sum || exit ${damaged}
printf '%s' "$ticket" >"$dir/ticket"
cat >"$dir/${file}"
echo "$sum  $dir/${file}" | sha256sum -c --status || { echo 'the package did not arrive whole'; exit ${damaged}; }
TENKAI_AGENT_PROPERTIES="$properties TICKET=$dir/ticket"
export TENKAI_AGENT_PROPERTIES
${file.endsWith('.deb') ? 'DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --install' : 'rpm -U --replacepkgs --oldpackage'} "$dir/${file}" </dev/null
`;

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}
