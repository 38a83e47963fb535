import type { Verdict } from '@tenkai/domain/os-matrix/system-row.ts';
import { useTranslation } from 'react-i18next';
import { StateLabel } from '../../ui/StateLabel.tsx';

const kinds = {
  supported: 'succeeded',
  planned: 'waiting',
  simulated: 'neutral',
  unsupported: 'failed',
} as const;

export function VerdictLabel({ verdict }: { readonly verdict: Verdict }) {
  const { t } = useTranslation();
  return <StateLabel kind={kinds[verdict]} text={t(`systems.verdicts.${verdict}`)} />;
}
