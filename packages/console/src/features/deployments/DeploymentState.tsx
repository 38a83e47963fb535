import { IconCalendarEvent, IconCircleCheck, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import type { DeploymentRow } from '@tenkai/protocol/api/deployments.ts';
import { useTranslation } from 'react-i18next';
import { StateLabel } from '../../ui/StateLabel.tsx';

const states = {
  scheduled: ['waiting', IconCalendarEvent],
  active: ['running', IconPlayerPlay],
  completed: ['succeeded', IconCircleCheck],
  cancelled: ['neutral', IconPlayerStop],
} as const;

/** Where a deployment as a whole is. *Completed* means that all runs have ended, not how. */
export function DeploymentState({ status }: { readonly status: DeploymentRow['status'] }) {
  const { t } = useTranslation();
  const [kind, icon] = states[status];
  return <StateLabel kind={kind} icon={icon} text={t(`deployments.status.${status}`)} />;
}
