import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { places } from './places.ts';

/** How long after `g` the letter of a place may come. */
const sequenceMs = 1200;

/** Keys that work on every page, while nothing is being typed: `/`, `?`, and `g` with the letter of a place. */
export function useGlobalKeys(openHelp: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let goUntil = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target))
        return;
      if (document.querySelector('[role="dialog"]')) return;
      const place = places.find(({ letter }) => letter === event.key);
      if (event.timeStamp < goUntil && place) {
        void navigate({ to: place.to });
      } else if (event.key === '?') {
        openHelp();
      } else if (event.key === '/') {
        document.querySelector<HTMLElement>('input[data-search]')?.focus();
      } else {
        goUntil = event.key === 'g' ? event.timeStamp + sequenceMs : 0;
        return;
      }
      goUntil = 0;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate, openHelp]);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
