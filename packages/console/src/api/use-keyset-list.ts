import { useEffect, useRef, useSyncExternalStore } from 'react';
import { createKeysetList, type FetchPage, type KeysetList, type ListSnapshot } from './keyset-list.ts';

export interface ListOnScreen<T> {
  readonly list: KeysetList<T>;
  readonly snapshot: ListSnapshot;
  /** Rows of the filter before, shown until the first ones of the new filter are here. */
  readonly isPrevious: boolean;
}

/** Lists of the last few pages, so that *back* shows at once what was there. */
const kept = new Map<string, KeysetList<unknown>>();
const keptLists = 8;

/**
 * The list of a noun under a filter; the same key gives the same list. Rows come as the window wants them.
 * @param key the noun first, then everything that decides what is listed; must survive JSON.
 */
export function useKeysetList<T>(key: readonly unknown[], fetchPage: FetchPage<T>): ListOnScreen<T> {
  const text = JSON.stringify(key);
  const list = listFor(text, fetchPage);
  const snapshot = useSyncExternalStore(list.subscribe, list.snapshot);
  const shown = useRef<KeysetList<T>>(list);
  useEffect(() => {
    list.refresh();
    list.want(0, 0);
  }, [list]);
  if (snapshot.status !== 'loading') shown.current = list;
  const isPrevious = shown.current !== list;
  return isPrevious
    ? { list: shown.current, snapshot: shown.current.snapshot(), isPrevious }
    : { list, snapshot, isPrevious };
}

function listFor<T>(text: string, fetchPage: FetchPage<T>): KeysetList<T> {
  const known = kept.get(text) as KeysetList<T> | undefined;
  const list = known ?? createKeysetList(fetchPage);
  kept.delete(text);
  kept.set(text, list as KeysetList<unknown>);
  forgetOldest();
  return list;
}

function forgetOldest(): void {
  for (const [text, list] of kept) {
    if (kept.size <= keptLists) return;
    list.stop();
    kept.delete(text);
  }
}

/** Tells every list of these nouns that the site has news. */
export function refreshLists(nouns: ReadonlySet<string>): void {
  for (const [text, list] of kept) {
    const [noun] = JSON.parse(text) as [string];
    if (nouns.has(noun)) list.refresh();
  }
}

/** After signing out: nothing of one user is shown to the next. */
export function forgetLists(): void {
  for (const list of kept.values()) list.stop();
  kept.clear();
}
