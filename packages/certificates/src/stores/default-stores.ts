import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import '../failures.ts';
import { type Crypt32, loadCrypt32 } from './crypt32.ts';
import { openFolderStore } from './folder-store.ts';
import type { CertificateStore } from './store.ts';
import { locateStore, openSystemStore } from './system-store.ts';

/** Ours, and the one of the old product: they are looked at where nothing else is named (IDENT-01). */
export const defaultStoreNames = ['Tenkai', 'SMS'] as const;

/** What the machine is, seen from certfix; tests put their own in. */
export interface CertfixHost {
  readonly platform: NodeJS.Platform;
  /** Null where the system has none. */
  readonly effectiveUid: number | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  loadCrypt32(): Promise<Crypt32>;
}

export function thisHost(env: CertfixHost['env']): CertfixHost {
  return {
    platform: process.platform,
    effectiveUid: process.geteuid?.() ?? null,
    env,
    loadCrypt32,
  };
}

export interface WantedStores {
  /** Stores of the machine by name; empty with `paths` empty too: the default ones. */
  readonly names: readonly string[];
  readonly paths: readonly string[];
  readonly isDryRun: boolean;
  /** How long it waits for a store that somebody holds. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * The stores to look at. Those of the machine demand administrative rights (IDENT-16), also for looking: their keys
 * are nobody else's. Files that somebody names, and stores of the user, demand the rights to these.
 * @throws Failure certfix-rights-missing, certfix-store-unknown, certfix-store-locked; the signal's reason
 */
export async function openStores(host: CertfixHost, wanted: WantedStores): Promise<CertificateStore[]> {
  const { names, paths, isDryRun, waitMs, signal } = wanted;
  const files = paths.map((path) => openFolderStore(path));
  if (names.length === 0 && paths.length > 0) return files;
  const isDefault = names.length === 0;
  const chosen = isDefault ? defaultStoreNames : names;
  const own =
    host.platform === 'win32'
      ? await systemStores(host, chosen, { isDefault, isReadOnly: isDryRun, waitMs, signal })
      : folderStores(host, chosen, isDefault);
  return [...own, ...files];
}

interface Choice {
  /** Nobody has named them: one that is not there is no mistake. */
  readonly isDefault: boolean;
  readonly isReadOnly: boolean;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

async function systemStores(host: CertfixHost, names: readonly string[], choice: Choice) {
  const api = await host.loadCrypt32();
  if (!names.every((name) => locateStore(name).isOfUser) && !api.isElevated())
    throw new Failure('certfix-rights-missing');
  const stores: CertificateStore[] = [];
  for (const name of names) {
    const open = () => ifThere(choice.isDefault, () => openSystemStore(api, name, choice));
    stores.push(...(await onceFree(open, choice)));
  }
  return stores;
}

const lookAgainMs = 100;

/** As with the files of a folder: whoever holds it is most often done soon. */
async function onceFree<Opened>(open: () => Opened, { waitMs, signal }: Choice): Promise<Opened> {
  const endsAt = performance.now() + waitMs;
  for (;;) {
    try {
      return open();
    } catch (error) {
      const isLocked = error instanceof Failure && error.code === 'certfix-store-locked';
      if (!isLocked || performance.now() >= endsAt) throw error;
    }
    await sleep(lookAgainMs, undefined, { signal });
  }
}

/** Elsewhere the store `Tenkai` is the folder of the agent's identity, which root alone may read. */
function folderStores({ effectiveUid, env }: CertfixHost, names: readonly string[], isDefault: boolean) {
  if (effectiveUid !== null && effectiveUid !== 0) throw new Failure('certfix-rights-missing');
  const folder = join(env.TENKAI_AGENT_DATA || '/var/lib/tenkai-agent', 'identity');
  return names.flatMap((name) => {
    if (name === 'Tenkai' && existsSync(folder)) return [openFolderStore(folder, name)];
    return ifThere(isDefault, () => {
      throw new Failure('certfix-store-unknown', { store: name });
    });
  });
}

function ifThere(isDefault: boolean, open: () => CertificateStore): CertificateStore[] {
  try {
    return [open()];
  } catch (error) {
    if (isDefault && error instanceof Failure && error.code === 'certfix-store-unknown') return [];
    throw error;
  }
}
