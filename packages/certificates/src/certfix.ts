import { Failure } from '@tenkai/domain/failure.ts';
import { type Finding, finding, strictImportError, weightOf } from './findings.ts';
import type { Opener } from './pfx/passwords.ts';
import type { CertificateStore, LookedAt, StoreEntry } from './stores/store.ts';

export type Outcome = 'good' | 'repaired' | 'would-repair' | 'left';

/** One entry of a store after certfix. */
export interface CertfixItem {
  readonly store: string;
  readonly place: string;
  readonly outcome: Outcome;
  readonly thumbprints: readonly string[];
  readonly names: readonly string[];
  readonly findings: readonly Finding[];
  /** With what a strict importer refused it before, `0x80092024` for a NUL in the name; null: it took it. */
  readonly importError: string | null;
  /** Where the old file was kept; null: nowhere. */
  readonly backup: string | null;
}

export interface CertfixSummary {
  readonly stores: readonly string[];
  readonly checked: number;
  readonly certificates: number;
  readonly good: number;
  /** With `isDryRun`: what would be repaired. */
  readonly repaired: number;
  /** Not in order, and nobody but the issuer or the owner of a password can change that. */
  readonly left: number;
  readonly expired: number;
  readonly isDryRun: boolean;
}

export interface CertfixOptions {
  readonly stores: readonly CertificateStore[];
  readonly opener: Opener;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly isDryRun: boolean;
  readonly signal: AbortSignal;
  /** Called for each entry as soon as it is done; nothing is kept here. */
  readonly onItem: (item: CertfixItem) => void;
}

/** So many repairs share one flush of their folder: each of them would wait for the disk twice otherwise. */
const syncEach = 64;

/**
 * Looks at every entry of the stores, and repairs what can be repaired. One bad entry stops nothing.
 * @throws Failure certfix-rights-missing, certfix-store-locked, where a store no longer opens; certificate-store-refused, where
 * a folder cannot be flushed to its disk; the signal's reason
 */
export function certfix({ stores, onItem, signal, ...options }: CertfixOptions): CertfixSummary {
  const counts = { checked: 0, certificates: 0, good: 0, repaired: 0, left: 0, expired: 0 };
  const treated = function* (store: CertificateStore) {
    try {
      for (const entry of store.entries()) {
        signal.throwIfAborted();
        yield treat(store, entry, options);
        if (counts.checked % syncEach === 0) store.sync?.();
      }
    } finally {
      store.sync?.();
    }
  };
  for (const store of stores) {
    for (const item of treated(store)) {
      counts.checked += 1;
      counts.certificates += item.thumbprints.length;
      if (item.findings.some(({ code }) => code === 'certificate-expired')) counts.expired += 1;
      if (item.outcome === 'repaired' || item.outcome === 'would-repair') counts.repaired += 1;
      if (item.outcome === 'good') counts.good += 1;
      if (item.findings.some((each) => weightOf(each) === 'left')) counts.left += 1;
      onItem(item);
    }
  }
  return { stores: stores.map(({ name }) => name), ...counts, isDryRun: options.isDryRun };
}

type TreatOptions = Pick<CertfixOptions, 'opener' | 'now' | 'isDryRun'>;

function treat({ name: store }: CertificateStore, entry: StoreEntry, options: TreatOptions): CertfixItem {
  let seen: LookedAt = { thumbprints: [], names: [], findings: [] };
  try {
    seen = entry.look(options);
    const backup = options.isDryRun ? null : (seen.repair?.() ?? null);
    return itemOf({ store, place: entry.place }, seen, { outcome: outcomeOf(seen, options), backup });
  } catch (error) {
    if (error instanceof Failure && error.code === 'certfix-rights-missing') throw error;
    const findings = [
      ...seen.findings,
      finding(isDiskFull(error) ? 'disk-full' : 'file-unreadable', reasonOf(error)),
    ];
    return itemOf({ store, place: entry.place }, { ...seen, findings }, { outcome: 'left', backup: null });
  }
}

function itemOf(
  where: Pick<CertfixItem, 'store' | 'place'>,
  { thumbprints, names, findings }: LookedAt,
  done: Pick<CertfixItem, 'outcome' | 'backup'>,
): CertfixItem {
  const error = strictImportError(findings);
  const importError = error === 0 ? null : `0x${error.toString(16).padStart(8, '0')}`;
  return { ...where, ...done, thumbprints, names, findings, importError };
}

function outcomeOf({ findings, repair }: LookedAt, { isDryRun }: TreatOptions): Outcome {
  if (repair) return isDryRun ? 'would-repair' : 'repaired';
  return findings.some((each) => weightOf(each) === 'left') ? 'left' : 'good';
}

const isDiskFull = (error: unknown) =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | null)?.code ?? '');

/** Of the system or of ours; a mistake in our code shows its stack. */
function reasonOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  if (error instanceof Error && 'code' in error) return error.message;
  throw error;
}
