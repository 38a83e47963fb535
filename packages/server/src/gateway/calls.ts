import { Failure } from '@tenkai/domain/failure.ts';
import type { AgentClaims } from '../kernel/access/agent-token.ts';
import { createBatch } from './batch.ts';
import './failures.ts';
import type { CallAnswer, ForwardedCall } from './messages.ts';

/** Requests of agents on their way to the site's process, and its answers on their way back. */
export interface Calls {
  /** @throws Failure overloaded */
  carryOut(route: string, agent: AgentClaims, body: string | null): Promise<CallAnswer>;
  settle(answers: readonly CallAnswer[]): void;
}

/** Bounds memory when the site's process falls behind: an agent keeps its reports and comes again. */
const maxPending = 20_000;

/** Every call is answered, or this process ends with the one that should have answered. */
export function createCalls(send: (calls: readonly ForwardedCall[]) => void): Calls {
  const pending = new Map<number, (answer: CallAnswer) => void>();
  const add = createBatch<ForwardedCall>(send);
  let lastId = 0;
  return {
    carryOut(route, agent, body) {
      if (pending.size >= maxPending) throw new Failure('overloaded');
      lastId += 1;
      const id = lastId;
      add({ id, route, agent, body });
      return new Promise((resolve) => pending.set(id, resolve));
    },
    settle(answers) {
      for (const answer of answers) {
        pending.get(answer.id)?.(answer);
        pending.delete(answer.id);
      }
    },
  };
}
