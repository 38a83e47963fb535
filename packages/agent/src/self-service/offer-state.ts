import type { AvailableDeployment } from '@tenkai/protocol/agent/available.ts';
import type { OfferState } from './door-words.ts';

/** What this machine knows beyond what the site said last. */
export interface LocalFacts {
  /** It was asked for here, and the site has not answered yet. */
  readonly isAsked: boolean;
  /** The machine has the order, and works on it. */
  readonly isInHand: boolean;
}

/** Where an available deployment is, as its user sees it. Pure. */
export function offerState(
  { status, isOffered }: Pick<AvailableDeployment, 'status' | 'isOffered'>,
  { isAsked, isInHand }: LocalFacts,
): OfferState {
  if (isInHand) return 'installing';
  if (isOffered && isAsked) return 'asked';
  if (isOffered) return status === 'failed' ? 'failed' : 'available';
  switch (status) {
    case 'succeeded':
      return 'installed';
    case 'failed':
      return 'failed';
    case 'planned':
    case 'waiting':
      return 'waiting';
    default:
      return 'installing';
  }
}
