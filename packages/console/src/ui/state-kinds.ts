import {
  type Icon,
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleDot,
  IconCircleMinus,
  IconCircleX,
  IconClock,
} from '@tabler/icons-react';

/** The few ways in which anything can be; each has a colour, and never the colour alone. */
export const stateKinds = ['succeeded', 'failed', 'waiting', 'running', 'neutral', 'faint'] as const;
export type StateKind = (typeof stateKinds)[number];

export const stateIcons: Readonly<Record<StateKind, Icon>> = {
  succeeded: IconCircleCheck,
  failed: IconCircleX,
  waiting: IconClock,
  running: IconCircleDot,
  neutral: IconCircleMinus,
  faint: IconCircleDashed,
};

export const severityIcons = { info: IconCircleMinus, warning: IconAlertTriangle, error: IconBan } as const;
