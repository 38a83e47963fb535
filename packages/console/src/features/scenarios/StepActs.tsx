import { ActionIcon } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { Direction } from './step-tree.ts';

export type StepAct = Direction | 'remove';

interface Props {
  readonly acts: readonly { readonly icon: Icon; readonly label: string; readonly act: StepAct }[];
  readonly isDisabled: boolean;
  readonly onAct: (act: StepAct) => void;
}

/** What can be done with the chosen step, for the mouse; the keyboard has Alt and the arrow keys. */
export function StepActs({ acts, isDisabled, onAct }: Props) {
  return (
    <span className="tk-row" style={{ gap: 2, marginInlineStart: 'auto' }}>
      {acts.map(({ icon: Shape, label, act }) => (
        <ActionIcon
          key={act}
          variant="subtle"
          color="gray"
          aria-label={label}
          title={label}
          disabled={isDisabled}
          onClick={() => onAct(act)}
        >
          <Shape size={16} />
        </ActionIcon>
      ))}
    </span>
  );
}
