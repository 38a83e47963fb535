import { resolve } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { type CertfixItem, type CertfixSummary, certfix } from './certfix.ts';
import './failures.ts';
import { lockFolder } from './folder-lock.ts';
import { type CertfixLog, openLogFile } from './log-file.ts';
import { readPasswords } from './passwords-file.ts';
import { createOpener } from './pfx/passwords.ts';
import { type CertfixHost, openStores } from './stores/default-stores.ts';
import type { CertificateStore } from './stores/store.ts';

/** The options of `tenkai certfix` and `tenkai-agent certfix`, as both read them; none is needed. */
export interface CertfixCommand {
  readonly log?: string;
  readonly store?: readonly string[];
  readonly path?: readonly string[];
  readonly passwordFile?: string;
  readonly dryRun?: boolean;
}

export interface CertfixReport extends CertfixSummary {
  /** All that are not simply good, up to `mostItems`. */
  readonly items: readonly CertfixItem[];
  /** How many more there were; the log has them all. */
  readonly omitted: number;
}

/** More are counted and logged, not kept: memory stays the same for any store. */
const mostItems = 1000;
const defaultWaitMs = 30_000;

export interface CertfixDeps {
  readonly host: CertfixHost;
  readonly cwd: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Passwords that somebody was asked for. */
  readonly passwords?: readonly string[];
  /** How long it waits for whoever holds a store; default: half a minute. */
  readonly lockWaitMs?: number;
}

/**
 * The whole command but for what it prints.
 * @throws Failure certfix-rights-missing, certfix-log-unwritable, certfix-store-unknown, certfix-store-locked;
 * certificate-store-refused where a disk does not confirm which file has which name: what was repaired so far is whole, and
 * its backups are there; certfix-log-cut once everything is done
 */
export async function runCertfix(deps: CertfixDeps, options: CertfixCommand): Promise<CertfixReport> {
  const { host, cwd, now, signal, lockWaitMs: waitMs = defaultWaitMs } = deps;
  const log = options.log === undefined ? undefined : openLogFile(resolve(cwd, options.log), now);
  try {
    const isDryRun = options.dryRun === true;
    const paths = (options.path ?? []).map((path) => resolve(cwd, path));
    const stores = await openStores(host, { names: options.store ?? [], paths, isDryRun, waitMs, signal });
    const given = options.passwordFile === undefined ? [] : readPasswords(resolve(cwd, options.passwordFile));
    const opener = createOpener([...given, ...(deps.passwords ?? [])]);
    const { onItem, kept } = keepItems(log);
    const unlock = isDryRun ? () => {} : await lockStores({ signal, waitMs }, stores);
    try {
      const summary = certfix({ stores, opener, now: now(), isDryRun, signal, onItem });
      log?.end(summary);
      return { ...summary, ...kept() };
    } finally {
      unlock();
    }
  } catch (error) {
    log?.error(error instanceof Failure ? `${error.message} (${error.code}) ${error.remedy}` : String(error));
    throw error;
  } finally {
    log?.close();
  }
}

/** In one order for everybody: two that want the same folders never wait for each other. */
async function lockStores(
  { signal, waitMs }: { signal: AbortSignal; waitMs: number },
  stores: readonly CertificateStore[],
) {
  const byFolder = new Map(stores.flatMap(({ folder, name }) => (folder ? [[folder, name] as const] : [])));
  const unlocks: (() => void)[] = [];
  const unlock = () => {
    for (const each of unlocks.splice(0)) each();
  };
  try {
    for (const [folder, store] of [...byFolder].sort(([a], [b]) => (a < b ? -1 : 1)))
      unlocks.push(await lockFolder(folder, { store, waitMs, signal }));
  } catch (error) {
    unlock();
    throw error;
  }
  return unlock;
}

function keepItems(log: CertfixLog | undefined) {
  const items: CertfixItem[] = [];
  let omitted = 0;
  return {
    onItem(item: CertfixItem) {
      log?.item(item);
      if (item.findings.length === 0) return;
      if (items.length < mostItems) items.push(item);
      else omitted += 1;
    },
    kept: () => ({ items, omitted }),
  };
}

/** Whether the exit status is 0: nothing is left to do, neither for certfix nor for a person. */
export function isInOrder({ left, repaired, isDryRun }: CertfixSummary): boolean {
  return left === 0 && !(isDryRun && repaired > 0);
}
