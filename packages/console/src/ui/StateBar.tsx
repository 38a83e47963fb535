import { Link, type LinkProps } from '@tanstack/react-router';
import { useFormats } from '../i18n/use-formats.ts';
import './StateBar.css';
import { StateLabel } from './StateLabel.tsx';
import type { StateKind } from './state-kinds.ts';

export interface BarPart {
  readonly key: string;
  readonly kind: StateKind;
  readonly label: string;
  readonly count: number;
  /** The list behind this part. */
  readonly to?: LinkProps;
}

interface Props {
  readonly parts: readonly BarPart[];
  /** What the bar is about, for who cannot see it. */
  readonly label: string;
  /** A thin bar without its legend, for rows of a list. */
  readonly isCompact?: boolean;
}

/** Counts as one bar; each part opens the list behind it. */
export function StateBar({ parts, label, isCompact = false }: Props) {
  const formats = useFormats();
  const present = parts.filter((part) => part.count > 0);
  const sentence = present.map((part) => `${part.label} ${formats.number(part.count)}`).join(', ');
  return (
    <div className={isCompact ? 'tk-bar tk-bar-compact' : 'tk-bar'}>
      <div className="tk-bar-track" role="img" aria-label={`${label}: ${sentence}`}>
        {present.map((part) => (
          <span
            key={part.key}
            className={`tk-bar-part tk-fill-${part.kind}`}
            style={{ flexGrow: part.count }}
            title={`${part.label} ${formats.number(part.count)}`}
          />
        ))}
      </div>
      {isCompact ? null : <Legend parts={present} />}
    </div>
  );
}

function Legend({ parts }: { readonly parts: readonly BarPart[] }) {
  const formats = useFormats();
  return (
    <ul className="tk-bar-legend">
      {parts.map((part) => {
        const content = (
          <>
            <StateLabel kind={part.kind} text={part.label} />
            <b>{formats.number(part.count)}</b>
          </>
        );
        return (
          <li key={part.key}>
            {part.to ? (
              <Link {...part.to} className="tk-bar-link">
                {content}
              </Link>
            ) : (
              <span className="tk-bar-link">{content}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
