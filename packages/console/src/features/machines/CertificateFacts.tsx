import { findingTable } from '@tenkai/certificates/findings.ts';
import {
  type CertificateFault,
  type CertificatesFact,
  certificateStateOf,
} from '@tenkai/domain/machine/certificate-health.ts';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../i18n/language.ts';
import { When } from '../../ui/When.tsx';
import { CertificateLabel } from './certificate-states.tsx';

/** How the certificates of a machine stand, and each that is not in order (IDENT-15). */
export function CertificateFacts({ fact }: { readonly fact: CertificatesFact | undefined }) {
  return (
    <>
      <CertificateLabel state={certificateStateOf(fact)} />
      {(fact?.faults ?? []).map((fault) => (
        <FaultLine key={`${fault.store} ${fault.place} ${fault.code}`} fault={fault} />
      ))}
    </>
  );
}

function FaultLine({ fault: { code, store, place, until } }: { readonly fault: CertificateFault }) {
  const { t, i18n } = useTranslation();
  return (
    <div>
      {textOf(code, i18n.language as Language) ?? t(`certificates.missing.${code as MissingCode}`)}
      {until ? (
        <>
          {' '}
          <When at={Date.parse(until)} />
        </>
      ) : null}{' '}
      <span className="tk-mono tk-muted">
        {store}: {place}
      </span>
    </div>
  );
}

type MissingCode = 'certificate-missing' | 'key-missing';

/** The words of certfix; of a newer agent's finding that this console does not know, the code. */
function textOf(code: string, language: Language): string | undefined {
  if (code === 'certificate-missing' || code === 'key-missing') return undefined;
  return Object.hasOwn(findingTable, code) ? findingTable[code as keyof typeof findingTable][language] : code;
}
