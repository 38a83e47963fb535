import type { Static } from 'typebox';
import * as Type from 'typebox';

/** What lies between a machine and its site, in the order in which each needs the one before (BFWL-30). */
export const diagnosisParts = [
  'agent',
  'name',
  'route',
  'port',
  'trust',
  'site',
  'multicast',
  'echo',
] as const;
export type DiagnosisPart = (typeof diagnosisParts)[number];

const Part = Type.Unsafe<DiagnosisPart>(Type.Union(diagnosisParts.map((part) => Type.Literal(part))));

/** One part as it was found. */
export const Finding = Type.Object({
  part: Part,
  /** `skipped`: it cannot be looked at from this end, now, or before another fault is put right. */
  state: Type.Union([Type.Literal('ok'), Type.Literal('fault'), Type.Literal('skipped')]),
  /** Sentence and way out, see texts.ts; null where all is well. */
  code: Type.Union([Type.String(), Type.Null()]),
  params: Type.Record(Type.String(), Type.String()),
});
export type Finding = Static<typeof Finding>;

/** The connection between a machine and its site, looked at from one end. */
export const Diagnosis = Type.Object({
  end: Type.Union([Type.Literal('agent'), Type.Literal('server')]),
  /** Of the site, seen from the machine; of the machine, seen from the site. */
  other: Type.String(),
  findings: Type.Array(Finding),
});
export type Diagnosis = Static<typeof Diagnosis>;

export type Facts = Readonly<Record<string, string>>;

export const ok = (part: DiagnosisPart, params: Facts = {}): Finding => ({
  part,
  state: 'ok',
  code: null,
  params,
});
export const fault = (part: DiagnosisPart, code: string, params: Facts = {}): Finding => ({
  part,
  state: 'fault',
  code,
  params,
});
export const skipped = (part: DiagnosisPart, code: string, params: Facts = {}): Finding => ({
  part,
  state: 'skipped',
  code,
  params,
});

/** Every part once, in order: what nobody came to is skipped, for the fault before it hides it. */
export function diagnosis(end: Diagnosis['end'], other: string, found: readonly Finding[]): Diagnosis {
  const of = (part: DiagnosisPart) =>
    found.find((finding) => finding.part === part) ?? skipped(part, 'doctor-not-reached');
  return { end, other, findings: diagnosisParts.map(of) };
}

export const faultsOf = ({ findings }: Diagnosis): Finding[] =>
  findings.filter(({ state }) => state === 'fault');

/** How an attempt to open a TCP connection ended: a system's error code, or `silence`. */
export type Attempt = 'open' | 'silence' | (string & {});

const noWay = ['ENETUNREACH', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'];

/**
 * Who is at fault where a port does not open: a refusal comes from the host itself; where the host answers echo
 * requests and the port says nothing, a firewall swallows it; where nothing answers, nobody is there, or no way.
 */
export function judgePort(
  { address, port }: { readonly address: string; readonly port: number },
  attempt: Attempt,
  answersEcho: boolean,
): Finding {
  const where = { address, port: String(port) };
  if (attempt === 'open') return ok('port', where);
  if (noWay.includes(attempt)) return fault('route', 'doctor-no-route', { ...where, detail: attempt });
  if (attempt === 'ECONNREFUSED') return fault('port', 'doctor-port-closed', where);
  // nftables' reject and firewalld answer with "administratively prohibited" (RFC 1812, 5.2.7.1).
  if (attempt === 'EACCES' || attempt === 'EPERM') return fault('port', 'doctor-port-own-firewall', where);
  return answersEcho
    ? fault('port', 'doctor-port-blocked', where)
    : fault('route', 'doctor-host-silent', where);
}

const clockCodes = ['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED'];

/** @param failure code of the refusal; `detail` begins with the code of the TLS library where it has one */
export function judgeTrust(url: string, failure: string, detail: string): Finding {
  if (failure === 'site-root-mismatch') return fault('trust', 'doctor-other-root', { url });
  const isClock = clockCodes.some((code) => detail.includes(code));
  if (isClock) return fault('trust', 'doctor-clock', { url, detail });
  if (detail.includes('ERR_TLS_CERT_ALTNAME_INVALID')) return fault('trust', 'doctor-other-name', { url });
  return fault('trust', 'doctor-no-tls', { url, detail });
}
