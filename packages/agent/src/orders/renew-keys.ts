import type { Reason } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import { type BackOff, waitAfter } from '@tenkai/protocol/agent/link/back-off.ts';
import { isPassingAnswer } from '@tenkai/protocol/agent/link/passing.ts';
import type { RenewKeysOrder } from '@tenkai/protocol/agent/orders.ts';
import type { OrderReport } from '@tenkai/protocol/agent/reports.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { reasonOf } from '../engine/reason.ts';
import type { Log } from '../log.ts';

export interface RenewKeysDeps {
  /** @throws Failure or RemoteProblem where the keys stay as they are; the stop signal's reason */
  readonly onRenewKeys: () => Promise<void>;
  /** Does something once after some milliseconds, unless the service ends before. */
  readonly later: (ms: number, act: () => void) => void;
  /** Asks the site for what is open. */
  readonly onAskAgain: () => void;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

/** What became of the order; null: it stays open, and comes again with the orders of the site. */
type Outcome = Pick<OrderReport, 'accepted' | 'reason'> | null;

/** An order holds for weeks, and thousands of machines may have got theirs with it. */
const backOff: BackOff = { firstMs: 10_000, longestMs: 15 * 60_000 };

/**
 * Carries out orders to renew the keys. Trouble that may pass refuses none: it stays open at the site, is asked for
 * again after a wait that grows, and rests until then. One that a crash has broken off is begun again, too: the
 * renewal goes on where it was.
 */
export function createKeyRenewer(deps: RenewKeysDeps) {
  const failures = new Map<string, number>();
  const resting = new Set<string>();

  const putOff = (orderId: string, cause: unknown) => {
    const count = (failures.get(orderId) ?? 0) + 1;
    const waitMs = waitAfter({ failures: count, random: deps.random(), cause, backOff });
    failures.set(orderId, count);
    resting.add(orderId);
    deps.log.warn({ orderId, waitMs, err: cause }, 'the keys could not be renewed yet; again later');
    deps.later(waitMs, () => {
      resting.delete(orderId);
      deps.onAskAgain();
    });
  };
  return async ({ orderId }: Pick<RenewKeysOrder, 'orderId'>): Promise<Outcome> => {
    if (resting.has(orderId)) return null;
    try {
      await deps.onRenewKeys();
      return { accepted: true, reason: null };
    } catch (error) {
      if (mayPass(error)) {
        putOff(orderId, error);
        return null;
      }
      deps.log.warn({ orderId, err: error }, 'the keys could not be renewed');
      return { accepted: false, reason: refusalOf(error) };
    }
  };
}

/** `agent-runs-already`: somebody runs `cert renew` at this moment. */
const passing = new Set([
  'site-unreachable',
  'site-certificate-time',
  'site-answer-invalid',
  'agent-runs-already',
]);
/** Of a time limit, and of a service that stops. */
const endings = new Set(['TimeoutError', 'AbortError']);

/** Says nothing against the order: later the same may go well. */
function mayPass(error: unknown): boolean {
  if (isPassingAnswer(error)) return true;
  if (error instanceof Failure) return passing.has(error.code);
  return error instanceof Error && endings.has(error.name);
}

/** The site's own code, where it was the site. */
function refusalOf(error: unknown): Reason {
  if (!(error instanceof RemoteProblem)) return reasonOf(error);
  const { code, detail } = error.problem;
  return { code: code.slice(0, 64), params: { detail: detail.slice(0, 500) } };
}
