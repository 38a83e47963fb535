import {
  type Icon,
  IconBandage,
  IconCircleDashed,
  IconCircleOff,
  IconLock,
  IconPlayerPlay,
  IconPlugConnectedX,
  IconPower,
  IconRefresh,
  IconRotateClockwise,
  IconShieldCheck,
  IconShieldX,
  IconUserQuestion,
  IconWall,
} from '@tabler/icons-react';
import type { InboundState } from '@tenkai/domain/machine/inbound-state.ts';
import type { EnrollmentStatus, MachineActivity, MachineRow } from '@tenkai/protocol/api/machines.ts';
import { useTranslation } from 'react-i18next';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { StateKind } from '../../ui/state-kinds.ts';

type PowerState = MachineRow['powerState'];

const powers: Readonly<Record<PowerState, readonly [StateKind, Icon]>> = {
  on: ['succeeded', IconPower],
  off: ['neutral', IconCircleOff],
  booting: ['running', IconRefresh],
  restarting: ['running', IconRotateClockwise],
  unreachable: ['waiting', IconPlugConnectedX],
  unknown: ['faint', IconCircleDashed],
};

export function PowerLabel({ state }: { readonly state: PowerState }) {
  const { t } = useTranslation();
  const [kind, icon] = powers[state];
  return <StateLabel kind={kind} icon={icon} text={t(`machines.power.${state}`)} />;
}

export const activityKinds: Readonly<Record<MachineActivity, StateKind>> = {
  idle: 'neutral',
  waiting: 'waiting',
  running: 'running',
  patching: 'running',
  error: 'failed',
};

const activityIcons: Partial<Record<MachineActivity, Icon>> = {
  running: IconPlayerPlay,
  patching: IconBandage,
};

export function ActivityLabel({ activity }: { readonly activity: MachineActivity }) {
  const { t } = useTranslation();
  const icon = activityIcons[activity];
  return (
    <StateLabel
      kind={activityKinds[activity]}
      text={t(`machines.activity.${activity}`)}
      {...(icon ? { icon } : {})}
    />
  );
}

const enrollments: Readonly<Record<EnrollmentStatus, readonly [StateKind, Icon]>> = {
  enrolled: ['succeeded', IconShieldCheck],
  pending: ['waiting', IconUserQuestion],
  refused: ['neutral', IconShieldX],
  quarantined: ['failed', IconLock],
};

export function EnrollmentLabel({ status }: { readonly status: EnrollmentStatus }) {
  const { t } = useTranslation();
  const [kind, icon] = enrollments[status];
  return <StateLabel kind={kind} icon={icon} text={t(`machines.enrollment.${status}`)} />;
}

const inbounds: Readonly<Record<InboundState, readonly [StateKind, Icon]>> = {
  blocked: ['failed', IconWall],
  open: ['succeeded', IconShieldCheck],
  unknown: ['faint', IconCircleDashed],
};

/** Whether what the site sends reaches the machine (BAGT-21). */
export function InboundLabel({ state }: { readonly state: InboundState }) {
  const { t } = useTranslation();
  const [kind, icon] = inbounds[state];
  return <StateLabel kind={kind} icon={icon} text={t(`machines.inbound.${state}`)} />;
}
