/**
 * A list of any length behind keyset paging, of which only the rows near the window are held. A cursor names a
 * place in the order and stays good; so pages can be dropped and fetched again, and a jump to a far place walks
 * there once, a page at a time.
 */

export interface KeysetPage<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly total: number | null;
}

export type FetchPage<T> = (
  cursor: string | undefined,
  limit: number,
  signal: AbortSignal,
) => Promise<KeysetPage<T>>;

/** What a component sees; a new object after each change. */
export interface ListSnapshot {
  readonly status: 'loading' | 'ready' | 'error';
  readonly error: unknown;
  /** Rows to leave room for; of some of them the content is not there yet. */
  readonly count: number;
  /** False where the site does not count: `count` then grows on the way down. */
  readonly isExact: boolean;
}

export interface KeysetList<T> {
  readonly pageSize: number;
  subscribe(listener: () => void): () => void;
  snapshot(): ListSnapshot;
  /** Undefined: not here yet; `want` it. */
  rowAt(index: number): T | undefined;
  /** Rows that the window shows, first and last. */
  want(first: number, last: number): void;
  /** Something changed on the site: rows in the window are fetched again, the others when they are wanted. */
  refresh(): void;
  retry(): void;
  stop(): void;
}

/** Pages held around the window; the rest is dropped. */
const heldPages = 24;

export function createKeysetList<T>(fetchPage: FetchPage<T>, pageSize = 500): KeysetList<T> {
  const pages = new Map<number, readonly T[]>();
  const stale = new Set<number>();
  /** cursors[n] fetches page n; the last one known may lie behind pages that were dropped. */
  let cursors: (string | undefined)[] = [undefined];
  let lastPage: number | null = null;
  let total: number | null = null;
  let wanted = { first: 0, last: 0 };
  let running: AbortController | undefined;
  /** Counts refreshes: what was asked before one may be old news when it arrives. */
  let generation = 0;
  let error: unknown;
  const listeners = new Set<() => void>();
  let current = look();

  function look(): ListSnapshot {
    const status = error !== undefined ? 'error' : pages.size === 0 ? 'loading' : 'ready';
    return { status, error, count: count(), isExact: total !== null || lastPage !== null };
  }

  function count(): number {
    if (lastPage !== null && pages.has(lastPage))
      return lastPage * pageSize + (pages.get(lastPage)?.length ?? 0);
    if (total !== null) return total;
    return pages.size === 0 ? 0 : (cursors.length - 1) * pageSize + 1;
  }

  function changed(): void {
    current = look();
    for (const listener of listeners) listener();
  }

  /** The next page to fetch: the first wanted one that is missing or stale, or a step on the way to it. */
  function next(): number | undefined {
    for (let page = wanted.first; page <= wanted.last; page += 1) {
      if (lastPage !== null && page > lastPage) return undefined;
      if (page >= cursors.length) return cursors.length - 1;
      if (!pages.has(page) || stale.has(page)) return page;
    }
    return undefined;
  }

  function pump(): void {
    if (running || error !== undefined) return;
    const page = next();
    if (page === undefined) return;
    const controller = new AbortController();
    running = controller;
    const asked = generation;
    fetchPage(cursors[page], pageSize, controller.signal).then(
      (result) => settle(controller, () => accept(page, result, asked === generation)),
      (reason: unknown) => settle(controller, () => (error = reason ?? new Error('aborted'))),
    );
  }

  function settle(controller: AbortController, apply: () => void): void {
    // A list that was stopped or refreshed in the meantime has no use for the answer.
    if (running !== controller) return;
    running = undefined;
    apply();
    changed();
    pump();
  }

  function accept(page: number, result: KeysetPage<T>, isFresh: boolean): void {
    const after = result.nextCursor ?? undefined;
    if (cursors[page + 1] !== after) forgetAfter(page);
    pages.set(page, result.items);
    if (isFresh) stale.delete(page);
    else stale.add(page);
    total = result.total;
    if (after === undefined) {
      lastPage = page;
    } else if (page + 1 >= cursors.length) {
      cursors.push(after);
      lastPage = null;
    }
    dropFarPages(page);
  }

  /** Rows came or went inside this page, so that the pages behind it begin elsewhere. */
  function forgetAfter(page: number): void {
    cursors = cursors.slice(0, page + 1);
    lastPage = null;
    for (const known of pages.keys()) if (known > page) pages.delete(known);
  }

  function dropFarPages(justFetched: number): void {
    if (pages.size <= heldPages) return;
    const centre = (wanted.first + wanted.last) / 2;
    const byDistance = [...pages.keys()].sort((a, b) => Math.abs(b - centre) - Math.abs(a - centre));
    for (const page of byDistance) {
      if (pages.size <= heldPages) return;
      const isWanted = page >= wanted.first && page <= wanted.last;
      if (!isWanted && page !== justFetched && page !== 0) pages.delete(page);
    }
  }

  return {
    pageSize,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => current,
    rowAt: (index) => pages.get(Math.floor(index / pageSize))?.[index % pageSize],
    want(first, last) {
      wanted = {
        first: Math.floor(Math.max(0, first) / pageSize),
        last: Math.floor(Math.max(0, last) / pageSize),
      };
      pump();
    },
    refresh() {
      generation += 1;
      error = undefined;
      for (const page of pages.keys()) stale.add(page);
      pump();
    },
    retry() {
      error = undefined;
      changed();
      pump();
    },
    stop() {
      running?.abort();
      running = undefined;
    },
  };
}
