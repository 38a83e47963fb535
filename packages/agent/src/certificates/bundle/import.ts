import { readFileSync } from 'node:fs';
import { thumbprint } from '@tenkai/certificates/examination.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { placeKey, privateKeyOf, writeEnrollment } from '../../identity.ts';
import type { KeyGuard } from '../../key-guard.ts';
import { readSettings, writeSettings } from '../../settings.ts';
import { friendlyNames } from '../keep.ts';
import { type BundlePair, type IdentityBundle, readBundle } from './bundle.ts';
import type { BundleDeps } from './export.ts';

export interface Imported {
  /** Signing first. */
  readonly thumbprints: readonly string[];
  /** False: the machine had these keys before. */
  readonly isNew: boolean;
}

/**
 * Makes this machine the one of the bundle: its keys, certificates, trust and enrollment. Everything is judged before the
 * first change; a second import of the same bundle ends what an interrupted one began. The service must not run meanwhile.
 * @throws Failure identity-present, identity-site-other, identity-bundle-refused, identity-bundle-foreign,
 * certificate-password-wrong, certificate-malformed, certificate-store-refused; Error of the system
 */
export function importIdentity(
  deps: BundleDeps,
  { file, passwords }: { file: string; passwords: readonly string[] },
): Imported {
  const { data, store, guard, log } = deps;
  const bundle = judged(deps, file, passwords);
  const isNew = !bundle.pairs.every((pair) => isPlaced(data, pair, guard));
  for (const { purpose, key, certificate } of bundle.pairs) {
    placeKey(data, purpose, { key, guard });
    store.put(certificate, friendlyNames[purpose]);
  }
  const { server, rootFingerprint, enrollment } = bundle.site;
  writeSettings(data, {
    ...(server === undefined ? {} : { server }),
    ...(rootFingerprint === undefined ? {} : { rootFingerprint }),
    ...readSettings(data),
  });
  if (enrollment) writeEnrollment(data, enrollment);
  const thumbprints = bundle.pairs.map(({ certificate }) => thumbprint(certificate));
  log.info({ file, thumbprints }, 'identity imported');
  return { thumbprints, isNew };
}

/** What the old product's step wrote when it failed, so that who searches for it finds the way out (IDENT-11). */
const oldWords = (importCode: string) => ({
  component: 'OSDSMPClient',
  code: importCode,
  hint: `tenkai explain ${importCode}`,
  ja: `クライアント証明書ストア (${importCode}) OSDSMPClient のインポートに失敗しました`,
});

function judged(
  { data, guard, log, now }: BundleDeps,
  file: string,
  passwords: readonly string[],
): IdentityBundle {
  try {
    const bundle = readBundle({ file, bytes: readFileSync(file), passwords }, now());
    const { rootFingerprint: pinned } = readSettings(data);
    const { rootFingerprint } = bundle.site;
    if (pinned && rootFingerprint && pinned.toLowerCase() !== rootFingerprint.toLowerCase())
      throw new Failure('identity-site-other');
    for (const pair of bundle.pairs) refuseOther(data, pair, guard);
    return bundle;
  } catch (error) {
    if (error instanceof Failure && error.code === 'identity-bundle-refused') {
      const importCode = String(error.params.importCode);
      const said = `Failed to import the client certificate store (${importCode})`;
      log.error({ ...oldWords(importCode), file, findings: error.detail }, said);
    }
    throw error;
  }
}

function refuseOther(data: BundleDeps['data'], pair: BundlePair, guard: KeyGuard | null): void {
  const present = privateKeyOf(data, pair.purpose, guard);
  if (present && !present.equals(pair.key)) throw new Failure('identity-present');
}

const isPlaced = (data: BundleDeps['data'], { purpose, key }: BundlePair, guard: KeyGuard | null) =>
  privateKeyOf(data, purpose, guard)?.equals(key) === true;
