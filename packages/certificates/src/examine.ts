import { createPrivateKey } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import { readElement, tags } from './asn1/element.ts';
import { digestOf, type Examination, thumbprint } from './examination.ts';
import { type Finding, type FindingCode, finding, weightOf } from './findings.ts';
import { examinePem } from './pem/examine-pem.ts';
import { examinePfx, looksLikePfx } from './pfx/examine-pfx.ts';
import type { Opener } from './pfx/passwords.ts';
import { strictFindings } from './strict-certificate.ts';

export interface ExamineOptions {
  readonly opener: Opener;
  /** Epoch milliseconds, for the dates of certificates. */
  readonly now: number;
}

/**
 * Whatever the bytes are: what is wrong with them, and how they are when repaired. It never throws for what they
 * hold, and gives a repair only where the repaired bytes, read again, hold the same certificates and the same keys
 * and need no further repair (IDENT-21, IDENT-22).
 */
export function examine(bytes: Buffer, options: ExamineOptions): Examination {
  options.opener.derived.clear();
  const first = look(bytes, options);
  if (!first.repaired) return first;
  const again = look(first.repaired, options);
  const { repaired: _, ...unrepaired } = first;
  if (!holds(first, again)) return { ...unrepaired, findings: [...first.findings, finding('repair-failed')] };
  return first;
}

function holds(before: Examination, after: Examination): boolean {
  const isSame = (of: (one: Examination) => readonly string[]) => of(before).join() === of(after).join();
  return (
    isSame(({ thumbprints }) => thumbprints) &&
    isSame(({ keys }) => keys) &&
    after.repaired === undefined &&
    !after.findings.some((each) => weightOf(each) === 'repaired') &&
    left(after) <= left(before)
  );
}

const left = ({ findings }: Examination) => findings.filter((each) => weightOf(each) === 'left').length;

function look(bytes: Buffer, options: ExamineOptions): Examination {
  try {
    if (looksLikePfx(bytes)) return examinePfx(bytes, options);
    if (bytes[0] === tags.sequence) return examineDer(bytes, options);
    if (bytes.includes('-----BEGIN ')) return examinePem(bytes, options);
    return nothingIn(finding('format-unknown'));
  } catch (error) {
    return nothingIn(findingOf(error));
  }
}

const nothingIn = (found: Finding): Examination => ({
  kind: 'unknown',
  thumbprints: [],
  keys: [],
  names: [],
  findings: [found],
});

const byFailure: Readonly<Record<string, FindingCode>> = {
  'certificate-malformed': 'file-broken',
  'certificate-algorithm-unknown': 'algorithm-unknown',
  'certificate-password-wrong': 'password-needed',
};

/** What a failure on one entry means for it; a mistake of ours is not hidden as one of the file. */
export function findingOf(error: unknown): Finding {
  if (!(error instanceof Failure)) throw error;
  const code = byFailure[error.code];
  if (!code) throw error;
  return finding(code, code === 'password-needed' ? '' : error.message);
}

/** One certificate, or one private key, in DER. */
function examineDer(bytes: Buffer, { now }: ExamineOptions): Examination {
  const { raw, content } = readElement(bytes);
  if (content[0] === tags.integer) return examineKey(raw);
  const findings = strictFindings(raw, now);
  const common = { kind: 'der', keys: [], names: [], thumbprints: [thumbprint(raw)] } as const;
  if (raw.length === bytes.length) return { ...common, findings };
  const trailing = finding('trailing-bytes', `${bytes.length - raw.length}`);
  return { ...common, findings: [...findings, trailing], repaired: raw };
}

function examineKey(der: Buffer): Examination {
  const isKey = (['pkcs8', 'sec1', 'pkcs1'] as const).some((type) => {
    try {
      return createPrivateKey({ key: der, format: 'der', type }).type === 'private';
    } catch {
      return false;
    }
  });
  const findings = isKey ? [] : [finding('key-broken')];
  return { kind: 'key', thumbprints: [], keys: [digestOf(der)], names: [], findings };
}
