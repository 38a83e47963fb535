import type { ReactNode } from 'react';
import { useEffect } from 'react';
import './PageHeader.css';

interface Props {
  readonly title: string;
  /** Where this page hangs: a link to its list. */
  readonly trail?: ReactNode;
  /** One line below the title: state, id, counts. */
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
}

/** The head of every page: what it is, and the acts that belong to the whole of it. */
export function PageHeader({ title, trail, note, actions }: Props) {
  useEffect(() => {
    document.title = `${title} – Tenkai`;
  }, [title]);
  return (
    <header className="tk-header">
      <div className="tk-header-main">
        {trail ? <div className="tk-trail">{trail}</div> : null}
        <h1>{title}</h1>
        {note ? <div className="tk-header-note">{note}</div> : null}
      </div>
      {actions ? <div className="tk-header-actions">{actions}</div> : null}
    </header>
  );
}
