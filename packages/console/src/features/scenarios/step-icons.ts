import {
  type Icon,
  IconBox,
  IconClock,
  IconCopy,
  IconFolder,
  IconPower,
  IconRotateClockwise,
  IconScript,
  IconSunrise,
  IconTerminal2,
} from '@tabler/icons-react';
import type { StepNode } from '@tenkai/domain/scenario/scenario.ts';

export const stepIcons: Readonly<Record<StepNode['kind'], Icon>> = {
  'install-package': IconBox,
  'run-program': IconTerminal2,
  'run-script': IconScript,
  'copy-files': IconCopy,
  restart: IconRotateClockwise,
  'shut-down': IconPower,
  wake: IconSunrise,
  wait: IconClock,
  group: IconFolder,
};
