import { once } from 'node:events';

/** What the browser tells by itself: `log.entryAdded`, ... */
export type BidiEvent = { readonly method: string; readonly params: Record<string, unknown> };

/** A session by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): commands over one WebSocket, and events. */
export interface Bidi {
  /** @throws Error with the browser's words, or where it does not answer in time */
  send<T>(method: string, params: Record<string, unknown>): Promise<T>;
  readonly events: readonly BidiEvent[];
  close(): void;
}

const answerLimitMs = 60_000;

interface Answer {
  readonly type: 'success' | 'error' | 'event';
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export async function openBidi(url: string): Promise<Bidi> {
  const socket = new WebSocket(url);
  const signal = AbortSignal.timeout(answerLimitMs);
  await Promise.race([
    once(socket, 'open', { signal }),
    once(socket, 'error', { signal }).then(() => Promise.reject(new Error(`${url} cannot be reached`))),
  ]);
  const waiting = new Map<number, Waiting>();
  const events: BidiEvent[] = [];
  socket.addEventListener('message', ({ data }) => take(JSON.parse(String(data)), waiting, events));
  socket.addEventListener('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the browser has ended'));
  });
  let lastId = 0;
  return {
    events,
    close: () => socket.close(),
    send<T>(method: string, params: Record<string, unknown>) {
      lastId += 1;
      const id = lastId;
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const timer = setTimeout(() => reject(new Error(`${method}: no answer`)), answerLimitMs);
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, method, params }));
      return promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(id);
      }) as Promise<T>;
    },
  };
}

function take(answer: Answer, waiting: ReadonlyMap<number, Waiting>, events: BidiEvent[]) {
  if (answer.type === 'event') {
    events.push(answer as unknown as BidiEvent);
    return;
  }
  const asked = waiting.get(answer.id ?? 0);
  if (answer.type === 'success') asked?.resolve(answer.result);
  else asked?.reject(new Error(`${answer.error}: ${answer.message}`));
}
