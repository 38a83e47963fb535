import type { DeliveryFigures } from '@tenkai/domain/deployment/multicast.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { contentOf } from '@tenkai/domain/scenario/frozen-step.ts';
import { waitAfter } from '@tenkai/protocol/agent/link/back-off.ts';
import { isPassingAnswer } from '@tenkai/protocol/agent/link/passing.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { FetchProgress } from '@tenkai/transfer';
import type { Log } from '../log.ts';
import type { RunContent } from './content.ts';
import { reasonOf } from './reason.ts';

export interface DeliverDeps {
  readonly content: Pick<RunContent, 'deliver' | 'figures'>;
  readonly log: Log;
  /** Told about the delivery as a whole. */
  readonly onProgress: (progress: FetchProgress) => void;
  /** No further try is begun after this time of `performance.now()`. */
  readonly giveUpAt: number;
}

/** Trouble that may pass: a server that starts, content that is still on its way to a distribution point. */
const passing = new Set([
  'content-unreachable',
  'content-refused',
  'site-unreachable',
  'site-certificate-time',
]);

/**
 * Brings all content of a run to this machine and checks every byte, before its first step. What may pass is tried
 * again, for a network that is gone for a night is no failure.
 * @throws Failure disk-full, content-*, site-signature-invalid; the signal's reason
 */
export async function deliverContent(
  deps: DeliverDeps,
  { steps }: RunOrder,
  signal: AbortSignal,
): Promise<DeliveryFigures | undefined> {
  const contents = contentOf(steps);
  const bytesTotal = contents.reduce((sum, { bytes }) => sum + bytes, 0);
  let bytesBefore = 0;
  for (const { contentId, bytes } of contents) {
    const onProgress = ({ bytesDone, bytesPerSecond }: FetchProgress) =>
      deps.onProgress({ bytesDone: bytesBefore + bytesDone, bytesTotal, bytesPerSecond });
    await deliverOne({ ...deps, onProgress }, contentId, signal);
    bytesBefore += bytes;
  }
  return deps.content.figures();
}

async function deliverOne(
  { content, log, onProgress, giveUpAt }: DeliverDeps,
  contentId: string,
  signal: AbortSignal,
) {
  for (let failures = 1; ; failures += 1) {
    try {
      return await content.deliver(contentId, onProgress, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error) || performance.now() >= giveUpAt) throw error;
      const reason = reasonOf(error);
      log.warn({ contentId, ...reason }, 'content could not be brought; again soon');
      await pause(waitAfter({ failures, random: Math.random(), cause: error }), signal);
    }
  }
}

/** The site is asked for tokens, too, and may be busy. */
function mayPass(error: unknown): boolean {
  return isPassingAnswer(error) || (error instanceof Failure && passing.has(error.code));
}
