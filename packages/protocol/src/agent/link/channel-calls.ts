import { Failure } from '@tenkai/domain/failure.ts';
import { type ChannelMessage, frameOf } from '../channel.ts';

/** An answer as it came, not yet read. */
export interface Exchanged {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
}

export interface Carried {
  /** `METHOD path` */
  readonly route: string;
  /** JSON text; null: none. */
  readonly body: string | null;
  readonly token: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Brings a request to the site without a connection of its own. */
export interface Carrier {
  /**
   * @returns null where it does not go this way (too long, not a route for it, the channel ended before the answer): it
   * is asked again over a connection of its own, so only what may be asked twice is carried
   * @throws Failure site-unreachable when no answer comes in time; the signal's reason
   */
  carry(call: Carried): Promise<Exchanged | null>;
}

/** The calls over one open channel. */
export interface ChannelCalls extends Carrier {
  /** What the site said to a call. */
  take(message: ChannelMessage, body: string | null): void;
  /** The channel is closed. */
  end(): void;
}

export interface ChannelCallsInput {
  readonly url: string;
  /** The token that the channel was opened with. */
  readonly token: string;
  /** Longest body that the site takes this way. */
  readonly callBytes: number;
  readonly send: (text: string) => void;
  /** No answer came in time: nothing says that this connection still leads anywhere. */
  readonly onSilence: () => void;
}

type Settle = (how: () => void) => void;

export function createChannelCalls({
  url,
  token,
  callBytes,
  send,
  onSilence,
}: ChannelCallsInput): ChannelCalls {
  const waiting = new Map<number, (answer: Exchanged | null) => void>();
  let lastId = 0;
  let shownToken = token;
  let hasEnded = false;
  const put = (id: number, call: Carried) => {
    const isNew = call.token !== shownToken;
    shownToken = call.token;
    const head = { type: 'call', id, route: call.route, ...(isNew && { token: call.token }) } as const;
    send(frameOf(head, call.body));
  };
  return {
    carry(call) {
      const { body, signal, timeoutMs } = call;
      if (hasEnded || (body !== null && Buffer.byteLength(body) > callBytes)) return Promise.resolve(null);
      if (signal?.aborted) return Promise.reject(signal.reason);
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        const settle: Settle = (how) => {
          waiting.delete(id);
          clearTimeout(limit);
          signal?.removeEventListener('abort', stop);
          how();
        };
        const stop = () => settle(() => reject(signal?.reason));
        const limit = setTimeout(() => {
          settle(() => reject(new Failure('site-unreachable', { url }, { detail: 'no answer in time' })));
          onSilence();
        }, timeoutMs);
        signal?.addEventListener('abort', stop);
        waiting.set(id, (answer) => settle(() => resolve(answer)));
        put(id, call);
      });
    },
    take(message, body) {
      if (message.type === 'elsewhere') waiting.get(message.id)?.(null);
      if (message.type !== 'answer') return;
      const { status, retryAfterSeconds: seconds } = message;
      const retryAfter = seconds === undefined ? undefined : String(seconds);
      waiting.get(message.id)?.({ status, text: body ?? '', retryAfter });
    },
    end() {
      hasEnded = true;
      for (const settle of [...waiting.values()]) settle(null);
    },
  };
}
