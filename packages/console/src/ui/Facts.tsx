import type { ReactNode } from 'react';
import './Facts.css';

export interface Fact {
  readonly label: string;
  readonly value: ReactNode;
}

/** Names and values of an object. What is not known is shown as a dash, not left out. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="tk-facts">
      {facts.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value === '' || value === null || value === undefined ? '–' : value}</dd>
        </div>
      ))}
    </dl>
  );
}
