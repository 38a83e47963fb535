import { Failure } from '@tenkai/domain/failure.ts';
import { greetSite } from '@tenkai/protocol/agent/link/pinned-root.ts';
import { isAboutCertificates } from '../fallback/trouble-of.ts';
import type { Enrollment } from '../identity.ts';
import type { Service } from '../service/service-state.ts';
import { troubleOf } from '../trouble-text.ts';

/**
 * A connection that fails by its certificate may have a simple reason, which nobody should have to guess: the machine
 * holds the root key of another site (IDENT-32). One question tells it; nothing else is said to whoever answers.
 */
export function createTrustWatch(
  { status, log, fallback }: Pick<Service, 'status' | 'log' | 'fallback'>,
  { server, rootFingerprint }: Enrollment,
  signal: AbortSignal,
) {
  let isLooking = false;
  let mismatch: Failure | null = null;
  const greet = async () => {
    try {
      await greetSite({ url: server, rootFingerprint, signal });
    } catch (error) {
      if (signal.aborted || !(error instanceof Failure) || error.code !== 'site-root-mismatch') return;
      if (!mismatch) log.error({ err: error }, 'the trusted root key is of another site');
      mismatch = error;
      fallback.tell(error);
      status.set(troubleOf(error));
    }
  };
  return {
    /** What is wrong with the root key, until a connection shows that nothing is. */
    problem: () => mismatch,
    clear() {
      mismatch = null;
    },
    look(cause: unknown): void {
      const isWorth =
        cause instanceof Failure && ['site-unreachable', 'site-certificate-time'].includes(cause.code);
      if (isLooking || !isWorth || !isAboutCertificates(cause.detail)) return;
      isLooking = true;
      void greet().finally(() => {
        isLooking = false;
      });
    },
  };
}
export type TrustWatch = ReturnType<typeof createTrustWatch>;
