import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import './Empty.css';

interface Props {
  readonly icon: Icon;
  readonly title: string;
  readonly text?: string;
  /** The next step from here. */
  readonly action?: ReactNode;
}

/** A list with nothing in it: why, and what to do about it. */
export function Empty({ icon: Shape, title, text, action }: Props) {
  return (
    <div className="tk-empty">
      <Shape size={30} stroke={1.3} aria-hidden="true" />
      <p className="tk-empty-title">{title}</p>
      {text ? <p>{text}</p> : null}
      {action}
    </div>
  );
}
