import { useRouter } from '@tanstack/react-router';
import type { MouseEvent, ReactNode } from 'react';

interface Props {
  /** A path of this console. */
  readonly href: string;
  readonly children: ReactNode;
}

/**
 * The link of a row. Dozens of them come and go with each turn of the wheel, so it does not listen to the router as
 * other links do; it opens in a new tab as every link does.
 */
export function RowLink({ href, children }: Props) {
  const router = useRouter();
  const go = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.history.push(href);
  };
  return (
    <a href={href} tabIndex={-1} onClick={go}>
      {children}
    </a>
  );
}
