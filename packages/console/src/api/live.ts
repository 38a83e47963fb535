import { queryClient } from './query-client.ts';
import { refreshLists } from './use-keyset-list.ts';

const path = '/api/v1/live';
/** A wave of events (a deployment to thousands of machines) becomes one refresh each time this passes. */
const gatherMs = 600;
/** While the stream is broken everything on the screen is asked for again this often. */
const pollMs = 10_000;
/** A dialog whose act is done does not wait longer than this for a slow site to show it. */
const answerMs = 2000;

/** What the site says changed: the noun, and which one. Never the object itself. */
interface LiveMessage {
  readonly topic: string;
  readonly id?: string;
}

export interface LiveState {
  readonly isConnected: boolean;
}

const listeners = new Set<() => void>();
let state: LiveState = { isConnected: false };

export const liveState = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  snapshot: (): LiveState => state,
};

/** Follows the site's events until the returned function is called. */
export function followSite(): () => void {
  const news = new Set<string>();
  let gathering: number | undefined;
  const gather = (topic: string) => {
    news.add(topic);
    gathering ??= window.setTimeout(() => {
      gathering = undefined;
      void tell(news);
      news.clear();
    }, gatherMs);
  };
  const source = new EventSource(path);
  // The site says `open` once it listens; what happened before that is asked for once.
  source.addEventListener('open', () => {
    if (!state.isConnected) refreshEverything();
    setConnected(true);
  });
  source.addEventListener('message', (event) => gather((JSON.parse(event.data) as LiveMessage).topic));
  source.addEventListener('error', () => setConnected(false));
  const poll = window.setInterval(() => {
    if (!state.isConnected && document.visibilityState === 'visible') refreshEverything();
  }, pollMs);
  return () => {
    window.clearTimeout(gathering);
    window.clearInterval(poll);
    source.close();
    setConnected(false);
  };
}

function setConnected(isConnected: boolean): void {
  if (state.isConnected === isConnected) return;
  state = { isConnected };
  for (const listener of listeners) listener();
}

/** Nouns whose screens show facts of another noun too. */
const alsoChanges: Readonly<Record<string, readonly string[]>> = {
  runs: ['deployments', 'machines', 'overview'],
  deployments: ['runs', 'overview'],
  machines: ['collections', 'overview'],
  enrollment: ['machines', 'overview'],
  status: ['overview'],
  'distribution-points': ['points', 'packages'],
  content: ['points', 'packages'],
};

/**
 * Every query and list whose key begins with one of these nouns is asked for again, if it is on the screen.
 * @returns when the queries have answered, so that a dialog which waits for it uncovers rows that no longer move
 *   under the pointer; after two seconds in any case, as the act itself is done. Who removed the very thing that
 *   the page shows leaves without waiting: there is nothing left to ask for
 */
export async function tell(topics: ReadonlySet<string>): Promise<void> {
  const nouns = new Set([...topics].flatMap((topic) => [topic, ...(alsoChanges[topic] ?? [])]));
  refreshLists(nouns);
  const answered = queryClient.invalidateQueries({
    predicate: ({ queryKey }) => nouns.has(String(queryKey[0])),
  });
  await Promise.race([answered, new Promise((resolve) => window.setTimeout(resolve, answerMs))]);
}

function refreshEverything(): void {
  void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
  refreshLists(allNouns);
}

const allNouns: ReadonlySet<string> = new Set([
  'machines',
  'runs',
  'deployments',
  'status',
  'audit',
  'users',
]);
