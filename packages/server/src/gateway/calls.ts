import { Failure } from '@tenkai/domain/failure.ts';
import type { Answer } from './answer.ts';
import type { TakeCall } from './carry-out.ts';
import { createGatherer } from './gather.ts';
import type { Call, CallAnswer } from './messages.ts';
import './failures.ts';

/** A gateway's half of the way to the core: calls of many agents go over in one message. */
export interface Calls {
  readonly take: TakeCall;
  answered(answers: readonly CallAnswer[]): void;
  /** Resolves when nothing waits for an answer. */
  idle(): Promise<void>;
  /** The core is gone: whatever waits is refused, and stays with its agent. */
  abandon(): void;
}

/** Bounds memory when the core falls behind: an agent keeps its reports and comes again. */
const maxWaiting = 20_000;

interface Waiting {
  resolve(answer: Answer): void;
  reject(failure: Failure): void;
}

export function createCalls(send: (calls: Call[]) => void): Calls {
  const waiting = new Map<number, Waiting>();
  let idleWaiters: (() => void)[] = [];
  const hand = createGatherer<Call>(send);
  let lastId = 0;
  let isAbandoned = false;
  const settle = (id: number, how: (call: Waiting) => void) => {
    const call = waiting.get(id);
    if (!call) return;
    waiting.delete(id);
    how(call);
    if (waiting.size > 0) return;
    for (const wake of idleWaiters) wake();
    idleWaiters = [];
  };
  return {
    take: (route, agent, body) =>
      new Promise((resolve, reject) => {
        if (isAbandoned) return reject(new Failure('core-unreachable'));
        if (waiting.size >= maxWaiting) return reject(new Failure('overloaded'));
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        hand({ id: lastId, route, agent, body });
      }),
    answered(answers) {
      for (const { id, ...answer } of answers) settle(id, (call) => call.resolve(answer));
    },
    idle: () =>
      waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve)),
    abandon() {
      isAbandoned = true;
      for (const id of [...waiting.keys()])
        settle(id, (call) => call.reject(new Failure('core-unreachable')));
    },
  };
}
