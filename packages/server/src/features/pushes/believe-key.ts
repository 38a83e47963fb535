import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { knownHostName, type Target } from '@tenkai/domain/push/target.ts';
import type { HostKeyOrigin } from '@tenkai/protocol/api/push-keys.ts';
import { fingerprintsOf, knownLines, offeredKeys } from '@tenkai/transfer/push/host-keys.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { newId } from '../../kernel/ids.ts';
import { findHostKeys, saveHostKeys } from './host-keys.store.ts';
import { fail, move } from './move.ts';
import type { Deps } from './needs.ts';
import type { HostRow, PushTableRow } from './pushes.store.ts';

export interface Believed {
  readonly target: Target;
  /** Of a known_hosts file. */
  readonly lines: string;
  readonly fingerprints: readonly string[];
  readonly origin: HostKeyOrigin;
}

/**
 * The host keys of a machine that may be believed; undefined: there are none yet, and its row says what it waits for or
 * why it failed.
 */
export async function believedLines(
  deps: Deps,
  push: PushTableRow,
  { host, target }: Asked,
  signal: AbortSignal,
): Promise<string | undefined> {
  const known = await findHostKeys(deps.db.read, knownHostName(target));
  if (known) return known.lines;
  const pasted = await pastedLines(deps, push, { host, target }, signal);
  if (pasted !== '') {
    await believe(deps, push, { target, lines: pasted, origin: 'pasted' }, signal);
    return pasted;
  }
  const offered = await askPatiently(deps, push, target, signal);
  if (offered.lines === '') return void (await fail(deps, host, 'unreachable'));
  if (push.host_keys === 'ask')
    return void (await move(deps, host, 'ask-key', { offered: JSON.stringify(offered) }));
  await believe(deps, push, { target, lines: offered.lines, origin: 'accept-new' }, signal);
  return offered.lines;
}

const pauseMs = 2000;

async function askPatiently({ clock }: Deps, { retries }: PushTableRow, target: Target, signal: AbortSignal) {
  for (let tries = 1; ; tries += 1) {
    const offered = await offeredKeys(target, signal);
    signal.throwIfAborted();
    if (offered.lines !== '' || tries > retries) return offered;
    await clock.wait(pauseMs * tries, signal);
  }
}

interface Asked {
  readonly host: HostRow;
  readonly target: Target;
}

/** Of a file of its own: another machine of the push might read one that is being written, and find nothing in it. */
async function pastedLines(
  { dataDir }: Pick<Deps, 'dataDir'>,
  push: PushTableRow,
  { host, target }: Asked,
  signal: AbortSignal,
) {
  if (push.known_hosts.trim() === '') return '';
  const file = join(await workFolder(dataDir, push.id), `pasted-${host.position}-${host.attempt}`);
  await writeFile(file, `${push.known_hosts}\n`, { mode: 0o600 });
  try {
    return await knownLines(file, target, signal);
  } finally {
    await rm(file, { force: true });
  }
}

async function believe(
  deps: Deps,
  push: PushTableRow,
  { target, lines, origin }: Omit<Believed, 'fingerprints'>,
  signal: AbortSignal,
) {
  const fingerprints = await fingerprintsOf(lines, signal);
  const by = { userId: push.by_id, name: push.by_name };
  await deps.db.transaction((tx) => keepHostKeys(deps, tx, by, { target, lines, fingerprints, origin }));
}

/** From now on only these are taken for this machine; the audit log says by whose word. */
export async function keepHostKeys(
  { clock, audit, events }: Pick<Deps, 'clock' | 'audit' | 'events'>,
  tx: Tx,
  actor: { readonly userId: string; readonly name: string },
  { target, lines, fingerprints, origin }: Believed,
) {
  const host = knownHostName(target);
  const now = clock.now();
  await saveHostKeys(tx, {
    id: newId(now),
    host,
    lines,
    fingerprints: JSON.stringify(fingerprints),
    origin,
    approved_by: actor.name,
    approved_at: now,
  });
  const details = { fingerprints, origin };
  await audit.record(tx, {
    actor,
    action: 'push-host-keys.believed',
    object: `push-host-key:${host}`,
    details,
  });
  await events.publish(tx, 'pushes.keys-changed', {});
}

/** For files without secrets that ssh reads, each of one attempt; gone with the push, and with the next start. */
export async function workFolder(dataDir: string, pushId: string): Promise<string> {
  const folder = join(dataDir, 'pushes', pushId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
