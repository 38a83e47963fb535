import type { CertificateState } from '@tenkai/domain/machine/certificate-health.ts';
import { useTranslation } from 'react-i18next';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { StateKind } from '../../ui/state-kinds.ts';

export const certificateKinds: Readonly<Record<CertificateState, StateKind>> = {
  repairable: 'failed',
  missing: 'failed',
  'not-importable': 'failed',
  expired: 'failed',
  'expires-soon': 'waiting',
  good: 'succeeded',
  unknown: 'faint',
};

export function CertificateLabel({ state }: { readonly state: CertificateState }) {
  const { t } = useTranslation();
  return <StateLabel kind={certificateKinds[state]} text={t(`certificates.states.${state}`)} />;
}
