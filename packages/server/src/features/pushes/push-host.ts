import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustEnroll } from '@tenkai/domain/push/after-install.ts';
import type { PushReason } from '@tenkai/domain/push/push-reason.ts';
import { knownHostName, parseTarget, type Target } from '@tenkai/domain/push/target.ts';
import type { PushCredentials, PushProperty } from '@tenkai/protocol/api/pushes.ts';
import { offeredKeys } from '@tenkai/transfer/push/host-keys.ts';
import { type PushResult, type PushStage, pushTo } from '@tenkai/transfer/push/push-to.ts';
import { openSsh, type Ssh } from '@tenkai/transfer/push/ssh.ts';
import { agentPackages } from './agent-packages.ts';
import { believedLines, workFolder } from './believe-key.ts';
import { withoutSecrets } from './held-secrets.ts';
import { findHostKeys } from './host-keys.store.ts';
import { fail, move } from './move.ts';
import type { Deps } from './needs.ts';
import { type SentTickets, sentTickets, ticketsOf } from './push-tickets.ts';
import { findHost, findPush, type HostChange, type HostRow, type PushTableRow } from './pushes.store.ts';
import { managedMachines } from './pushes.views.ts';

interface Work {
  readonly push: PushTableRow;
  readonly host: HostRow;
  readonly target: Target;
  readonly credentials: PushCredentials;
  /** Those of this attempt. */
  readonly tickets: SentTickets;
}

/**
 * Does with one machine what can be done now, and writes down where it stands.
 * @throws Overtaken; the signal's reason, where the server stops or the machine was cancelled
 */
export async function pushHost(deps: Deps, host: HostRow, signal: AbortSignal): Promise<void> {
  const push = await findPush(deps.db.read, host.push_id);
  const target = parseTarget(host.host);
  if (!push || !target) return;
  const credentials = push.uses_secret ? deps.secrets.of(push.id) : ({ kind: 'site-key' } as const);
  if (!credentials) return fail(deps, host, 'interrupted');
  try {
    const lines = await believedLines(deps, push, { host, target }, signal);
    const tickets = sentTickets(deps, push, host);
    const work = { push, host, target, credentials, tickets };
    if (lines !== undefined) await install(deps, work, { lines, signal });
  } catch (error) {
    signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await fail(deps, host, 'program-missing', { detail: (error as Error).message });
  }
}

interface Means {
  /** Of a known_hosts file. */
  readonly lines: string;
  readonly signal: AbortSignal;
}

async function install(deps: Deps, work: Work, { lines, signal }: Means): Promise<void> {
  const { push, host, credentials } = work;
  await move(deps, host, 'connect');
  const known = join(await workFolder(deps.dataDir, push.id), `known-${host.position}-${host.attempt}`);
  await writeFile(known, lines, { mode: 0o600 });
  try {
    const ssh = await open(deps, push, credentials, { known, signal }).catch(unreadable);
    if (ssh instanceof Error) return await fail(deps, host, 'sign-in-refused', { detail: ssh.message });
    try {
      await conclude(deps, work, await carryOut(deps, work, ssh, signal), signal);
    } finally {
      await ssh.close();
    }
  } finally {
    await rm(known, { force: true });
  }
}

/** What was wrong with the key itself. @throws what was not: an abort, a time that is over, a program that is missing */
function unreadable(error: NodeJS.ErrnoException): Error {
  if (error.name !== 'Error' || error.code !== undefined) throw error;
  return error;
}

async function open(
  { siteKeys }: Deps,
  push: PushTableRow,
  credentials: PushCredentials,
  { known, signal }: { readonly known: string; readonly signal: AbortSignal },
): Promise<Ssh> {
  const common = { user: push.user_name, knownHosts: () => known };
  if (credentials.kind === 'password') return openSsh({ ...common, password: credentials.password }, signal);
  if (credentials.kind === 'site-key')
    return openSsh({ ...common, keyFiles: await siteKeys.files() }, signal);
  const { privateKey: text, passphrase } = credentials;
  return openSsh({ ...common, privateKey: { text, ...(passphrase ? { passphrase } : {}) } }, signal);
}

const events = { connecting: 'connect', copying: 'copy', installing: 'install', waiting: 'connect' } as const;

/** Takes the tickets back where nobody there can hold one; after the installation has begun the agent may. */
async function carryOut(deps: Deps, work: Work, ssh: Ssh, signal: AbortSignal): Promise<PushResult> {
  let hasBegun = false;
  const onStage = (stage: PushStage) => {
    hasBegun ||= stage === 'installing';
  };
  let result: PushResult | undefined;
  try {
    result = await pushAndTell(deps, { ...work, onStage }, ssh, signal);
    return result;
  } finally {
    if (!hasBegun && result?.reason !== null) await work.tickets.takeBack();
  }
}

interface Told extends Work {
  readonly onStage: (stage: PushStage) => void;
}

/** Each stage is written down as it begins. @throws Overtaken */
async function pushAndTell(deps: Deps, work: Told, ssh: Ssh, signal: AbortSignal): Promise<PushResult> {
  const { push, host, target, credentials, tickets } = work;
  let told = Promise.resolve();
  const overtaken = new AbortController();
  const onStage = (_: Target, stage: PushStage) => {
    work.onStage(stage);
    told = told.then(() => move(deps, host, events[stage])).catch((error) => overtaken.abort(error));
  };
  const packages = await agentPackages(deps.agentsDir);
  const sudoPassword = credentials.kind === 'password' ? credentials.password : credentials.sudoPassword;
  const pushDeps = {
    ssh,
    packages,
    properties: JSON.parse(push.properties) as PushProperty[],
    rootFingerprint: deps.keys.rootFingerprint,
    sudoPassword,
    ticket: (_: Target, isUpgrade: boolean) => tickets.issue(isUpgrade),
    retries: push.retries,
    onStage,
  };
  const result = await pushTo(pushDeps, target, AbortSignal.any([signal, overtaken.signal]));
  await told;
  overtaken.signal.throwIfAborted();
  return result;
}

const logLimit = 64_000;

async function conclude(deps: Deps, work: Work, result: PushResult, signal: AbortSignal): Promise<void> {
  const { host, target, credentials } = work;
  const written: HostChange = {
    exit_code: result.exitCode,
    version: result.version,
    detail: withoutSecrets(result.detail, credentials).slice(0, 1000),
    log: withoutSecrets(result.log, credentials).slice(-logLimit),
  };
  if (result.reason !== null) return concludeFailed(deps, work, { reason: result.reason, written }, signal);
  const outcome = result.state === 'already' ? 'already' : 'installed';
  const now = (await findHost(deps.db.read, host.push_id, host.position)) ?? host;
  const machineId = await deps.enrollment.machineOfTickets(ticketsOf(now));
  const installed = {
    // An earlier try of this attempt may have installed it, too.
    hadTicket: ticketsOf(now).length > 0,
    isUpgrade: result.isUpgrade,
    isChanged: result.state === 'installed',
    hasEnrolled: machineId !== undefined,
  };
  if (mustEnroll(installed)) return move(deps, host, 'installed', { ...written, outcome });
  const known = machineId ?? (await managedMachines(deps.db.read, [target])).get(target.text)?.id;
  // A machine that the site manages needs none any more.
  if (known !== undefined) await work.tickets.takeBack();
  await move(deps, host, 'finish', { ...written, outcome, machine_id: known ?? null });
}

interface Failed {
  readonly reason: PushReason;
  readonly written: HostChange;
}

async function concludeFailed(deps: Deps, work: Work, { reason, written }: Failed, signal: AbortSignal) {
  const { host, target } = work;
  if (reason !== 'host-key-wrong') return fail(deps, host, reason, written);
  const known = await findHostKeys(deps.db.read, knownHostName(target));
  const offered = await offeredKeys(target, signal);
  const both = { offered: JSON.stringify(offered), known: known?.fingerprints ?? '[]' };
  await fail(deps, host, reason, { ...written, ...both });
}
