import type { Icon } from '@tabler/icons-react';
import './StateLabel.css';
import { type StateKind, stateIcons } from './state-kinds.ts';

interface Props {
  readonly kind: StateKind;
  readonly text: string;
  /** Where the kind's own icon does not say enough. */
  readonly icon?: Icon;
}

/** A state by icon, text and colour together. */
export function StateLabel({ kind, text, icon }: Props) {
  const Shape = icon ?? stateIcons[kind];
  return (
    <span className={`tk-state tk-state-${kind}`}>
      <Shape size={15} stroke={1.8} aria-hidden="true" />
      <span className="tk-state-text">{text}</span>
    </span>
  );
}
