import type { Static } from 'typebox';
import * as Type from 'typebox';

/**
 * How the certificates of a machine stand (IDENT-15), worst first. `repairable`: certfix puts it right, such as a friendly
 * name with a NUL; `not-importable`: a strict importer refuses it, and only its issuer can help.
 */
export const certificateFaultStates = [
  'repairable',
  'missing',
  'not-importable',
  'expired',
  'expires-soon',
] as const;
export type CertificateFaultState = (typeof certificateFaultStates)[number];

const FaultState = Type.Unsafe<CertificateFaultState>(
  Type.Union(certificateFaultStates.map((state) => Type.Literal(state))),
);

export const CertificateFault = Type.Object({
  state: FaultState,
  /** Of certfix's findings; `certificate-missing` and `key-missing` where one of the agent's own is not there. */
  code: Type.String({ minLength: 1, maxLength: 64 }),
  store: Type.String({ maxLength: 255 }),
  /** File or thumbprint; a purpose where nothing is there. */
  place: Type.String({ maxLength: 1024 }),
  /** When it ends or has ended, ISO 8601; only where that is the fault. */
  until: Type.Optional(Type.String({ maxLength: 40 })),
});
export type CertificateFault = Static<typeof CertificateFault>;

/** How many faults a machine tells; more are dropped, the worst are kept. */
export const mostCertificateFaults = 64;

/** What an agent tells of the certificates of its machine: those of its own stores and of the old product's. */
export const CertificatesFact = Type.Object({
  count: Type.Integer({ minimum: 0 }),
  /** Worst first; empty: all are good. */
  faults: Type.Array(CertificateFault, { maxItems: 256 }),
});
export type CertificatesFact = Static<typeof CertificatesFact>;

export const certificateStates = [...certificateFaultStates, 'good', 'unknown'] as const;
export type CertificateState = (typeof certificateStates)[number];

/** The worst that is so; `unknown`: the agent has not told, or is older than this question. */
export function certificateStateOf(fact: CertificatesFact | undefined): CertificateState {
  if (!fact) return 'unknown';
  return certificateFaultStates.find((state) => fact.faults.some((fault) => fault.state === state)) ?? 'good';
}

/** Worst first, then by place and code: the same certificates give the same fact. */
export function sortFaults(faults: readonly CertificateFault[]): CertificateFault[] {
  const rank = ({ state }: CertificateFault) => certificateFaultStates.indexOf(state);
  const text = ({ store, place, code }: CertificateFault) => `${store}\n${place}\n${code}`;
  return [...faults]
    .sort((a, b) => rank(a) - rank(b) || (text(a) < text(b) ? -1 : 1))
    .slice(0, mostCertificateFaults);
}
