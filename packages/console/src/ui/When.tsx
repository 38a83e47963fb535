import { useSyncExternalStore } from 'react';
import { useFormats } from '../i18n/use-formats.ts';

const tickMs = 10_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: number | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/** The time of the whole page, which moves every ten seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** A time as people say it; the exact one is in the tooltip. */
export function When({ at }: { readonly at: number | null }) {
  const formats = useFormats();
  const current = useNow();
  if (at === null) return <span className="tk-muted">–</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={formats.dateTime(at)}>
      {formats.relative(at, notBefore(at, current))}
    </time>
  );
}

/** The page's clock lags a little: what has just happened did not happen in the future. */
function notBefore(at: number, current: number): number {
  return at > current && at <= Date.now() ? at : current;
}
