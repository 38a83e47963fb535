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

interface Props {
  readonly deployment: Pick<DeploymentRow, 'status' | 'counts'>;
}

/** Where a deployment as a whole is. *Completed* means that all runs have ended; it is green where none has failed. */
export function DeploymentState({ deployment: { status, counts } }: Props) {
  const { t } = useTranslation();
  const [kind, icon] = states[status];
  const isMixed = status === 'completed' && (counts.failed ?? 0) > 0;
  return (
    <StateLabel kind={isMixed ? 'neutral' : kind} icon={icon} text={t(`deployments.status.${status}`)} />
  );
}
