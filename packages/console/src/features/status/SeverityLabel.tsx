import { IconAlertTriangle, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import type { StatusSeverity } from '@tenkai/protocol/api/status.ts';
import { useTranslation } from 'react-i18next';
import { StateLabel } from '../../ui/StateLabel.tsx';

const severities = {
  info: ['neutral', IconInfoCircle],
  warning: ['waiting', IconAlertTriangle],
  error: ['failed', IconCircleX],
} as const;

/** How much a message matters. */
export function SeverityLabel({ severity }: { readonly severity: StatusSeverity }) {
  const { t } = useTranslation();
  const [kind, icon] = severities[severity];
  return <StateLabel kind={kind} icon={icon} text={t(`severity.${severity}`)} />;
}
