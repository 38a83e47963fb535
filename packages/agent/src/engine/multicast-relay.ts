import { randomBytes } from 'node:crypto';
import type { Reason } from '@tenkai/domain';
import type { RelayReport, RelayTerms } from '@tenkai/protocol/agent/multicast.ts';
import type { SendProgress } from '@tenkai/transfer/multicast/send-content.ts';
import type { Bringing, MulticastDeps } from './multicast-deps.ts';

const reportEveryMs = 1000;
const lastWordMs = 3000;

/**
 * Fetches what is missing by unicast and sends the content to the neighbours, as the site asked. It ends when the
 * neighbours have it or were left out; or earlier where nothing can be sent, or the site wants it no more: then
 * something may still be missing here, and the site is asked again.
 * @throws Failure content-*, as a fetch; what `accept` throws; the signal's reason
 */
export async function represent(deps: MulticastDeps, bringing: Bringing, terms: RelayTerms): Promise<Reason> {
  const { session, group, port, network, address } = terms;
  const problem = await whyNotSend(terms);
  const told = createTold(deps, session);
  if (problem !== undefined) {
    await told.lastWord({ how: 'failed', detail: problem });
    return { code: 'unicast-cannot-join', params: { problem: 'cannot-send', detail: problem } };
  }
  deps.log.info({ session, group, port, network, address }, 'fetches for its subnet, and sends to it');
  let end: RelayReport['ended'] = { how: 'stopped', detail: 'the machine ended its delivery' };
  try {
    end = await relay(bringing, terms, told);
  } finally {
    await told.lastWord(end);
    deps.log.info({ session, ...end }, 'sends to its subnet no more');
  }
  return {
    code: 'unicast-represents',
    params: { network, neighbours: told.complete(), cause: 'represents' },
  };
}

async function relay(bringing: Bringing, terms: RelayTerms, told: Told): Promise<RelayReport['ended']> {
  const { manifest, signal, network, fileOf, wants } = bringing;
  const { relayContent } = await import('@tenkai/transfer/multicast/relay-content.ts');
  const stop = new AbortController();
  let failure: string | undefined;
  const before = relayContent({
    ...{ ...terms, manifest, fileOf, ...placeOf(terms) },
    // Few at once land early, so that neighbours have most of it where this machine falls out.
    network: { ...network, parallel: 2 },
    groupKey: Buffer.from(terms.groupKey, 'base64'),
    masterKey: Buffer.from(terms.masterKey, 'base64'),
    onProgress: told.note,
    onSent(sent, reason) {
      if (sent) return told.note(sent);
      failure = textOf(reason);
      // Another sends: what is missing here should come from that one, not over the line once more.
      stop.abort();
    },
  });
  const accept = async (want: { readonly sha256: string }, bytes: Uint8Array) => {
    await bringing.fetched(want.sha256, bytes);
    told.fetched(bytes.length);
  };
  const speaking = told.speak(() => stop.abort());
  try {
    await before({ wants: wants(), accept, fileOf, signal: AbortSignal.any([signal, stop.signal]) });
    if (!stop.signal.aborted) return { how: 'sent', detail: '' };
  } catch (error) {
    signal.throwIfAborted();
    if (!stop.signal.aborted) throw error;
  } finally {
    clearInterval(speaking);
  }
  return failure === undefined
    ? { how: 'stopped', detail: 'the site asked no more for it' }
    : { how: 'failed', detail: failure };
}

/** What the site is told. */
type Told = ReturnType<typeof createTold>;

function createTold({ report, log }: MulticastDeps, session: number) {
  let progress: SendProgress | undefined;
  let fetchedBytes = 0;
  let isSaying = false;
  const say = async (ended: RelayReport['ended'], signal: AbortSignal) => {
    const { datagrams = 0, repairs = 0, bytesPerSecond = 0 } = progress?.figures ?? {};
    const members = (progress?.members ?? []).map(({ member, state, cause }) => ({
      ...{ member, state, ...(cause && { cause }) },
    }));
    const figures = { fetchedBytes, datagrams, repairs, bytesPerSecond: Math.round(bytesPerSecond) };
    return report({ session, members, ...figures, ...(ended && { ended }) }, signal).catch(
      (error: unknown) => {
        // A site that is away hears of it later; the neighbours go on meanwhile.
        log.info({ session, error: textOf(error) }, 'the site does not take the report of a session');
        return { isWanted: true };
      },
    );
  };
  return {
    note(now: SendProgress) {
      progress = now;
    },
    fetched(bytes: number) {
      fetchedBytes += bytes;
    },
    complete: () => (progress?.members ?? []).filter(({ state }) => state === 'complete').length,
    /** Speaks about each second, until the timer is cleared. */
    speak(onUnwanted: () => void): NodeJS.Timeout {
      const act = async () => {
        if (isSaying) return;
        isSaying = true;
        const { isWanted } = await say(undefined, AbortSignal.timeout(lastWordMs));
        isSaying = false;
        if (!isWanted) onUnwanted();
      };
      void act();
      return setInterval(() => void act(), reportEveryMs);
    },
    lastWord: (ended: RelayReport['ended']) => say(ended, AbortSignal.timeout(lastWordMs)),
  };
}

const placeOf = ({ address }: RelayTerms) => ({
  ...{ interfaceAddress: address, ttl: 1, hasLoopback: address.startsWith('127.') },
});

async function whyNotSend(terms: RelayTerms): Promise<string | undefined> {
  const { checkMulticast } = await import('@tenkai/transfer/multicast/preflight.ts');
  const { group, port } = terms;
  const fit = await checkMulticast({ group, port, key: randomBytes(32) }, placeOf(terms));
  return fit.isFit ? undefined : `${fit.reason} ${fit.detail}`.slice(0, 200);
}

function textOf(error: unknown): string {
  const detail = (error as { detail?: string }).detail;
  const text = error instanceof Error ? `${error.message}${detail ? ` ${detail}` : ''}` : String(error);
  return text.slice(0, 200);
}
