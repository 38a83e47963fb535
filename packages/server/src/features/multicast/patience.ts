import type { Reason } from '@tenkai/domain';
import type { MulticastAnswer } from '@tenkai/protocol/agent/multicast.ts';

/** Machines of a wave fetch their orders within seconds; who takes longer joins what is under way. */
export const gatherMs = 10_000;
export const askAgainMs = 500;
/** Who has not asked for so long has gone away. */
export const forgetAfterMs = 5000;
export const countAgainMs = 1000;
/** What was in the way may be gone by then. */
export const refusedForMs = 60_000;

export const byUnicast = (reason: Reason): MulticastAnswer => ({ kind: 'unicast', reason });
