import {
  type Icon,
  IconCalendarEvent,
  IconDownload,
  IconPlayerPlay,
  IconPlayerStop,
  IconRotateClockwise,
  IconShieldSearch,
} from '@tabler/icons-react';
import type { RunStatus } from '@tenkai/domain/scenario/run-progress.ts';
import { useTranslation } from 'react-i18next';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { type StateKind, stateIcons } from '../../ui/state-kinds.ts';

export const runKinds: Readonly<Record<RunStatus, StateKind>> = {
  planned: 'faint',
  waiting: 'waiting',
  delivering: 'running',
  executing: 'running',
  restarting: 'running',
  verifying: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  'not-applicable': 'neutral',
  cancelled: 'neutral',
};

const runIcons: Partial<Record<RunStatus, Icon>> = {
  planned: IconCalendarEvent,
  delivering: IconDownload,
  executing: IconPlayerPlay,
  restarting: IconRotateClockwise,
  verifying: IconShieldSearch,
  cancelled: IconPlayerStop,
};

interface Props {
  /** A run's status; a text that is none (from an older list) is shown as it is. */
  readonly status: string;
}

/** Where a run is. */
export function RunStateLabel({ status }: Props) {
  const { t } = useTranslation();
  const kind = runKinds[status as RunStatus] ?? 'neutral';
  const icon = runIcons[status as RunStatus] ?? stateIcons[kind];
  const text = status in runKinds ? t(`runs.status.${status as RunStatus}`) : status;
  return <StateLabel kind={kind} icon={icon} text={text} />;
}
