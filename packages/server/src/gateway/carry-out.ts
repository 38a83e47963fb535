import { Failure } from '@tenkai/domain/failure.ts';
import type { FastifyRequest } from 'fastify';
import type { AgentClaims } from '../kernel/access/agent-token.ts';
import { refusalOf } from '../kernel/http/refuse.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Answer } from './answer.ts';

/** Carries out what an agent sent, whose token was verified; `body`: JSON text. A refusal is an answer, too. */
export type TakeCall = (route: string, agent: AgentClaims, body: string | null) => Promise<Answer>;

const secondsBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** The core's end of the agents' door, for its own door and for those of gateways. Never rejects. */
export function createCarryOut({ http, access, log, metrics }: Kernel): TakeCall {
  const parse = createParser(http);
  const durations = metrics.histogram(
    'tenkai_agent_call_duration_seconds',
    "Time to carry out what came through the agents' door, durably, by route.",
    secondsBounds,
  );
  const taken = new Map(
    [...http.agentRoutes.keys()].map((route) => [route, durations.of({ route, status: '200' })]),
  );
  return async (route, agent, body) => {
    const startedAt = performance.now();
    try {
      // A gateway has checked the token alone.
      access.requireAdmitted(agent);
      const carryOut = http.agentRoutes.get(route);
      if (!carryOut) throw new Failure('no-such-address', { method: '', path: route });
      const result = await carryOut(agent, { query: {}, body: body === null ? undefined : parse(body) });
      taken.get(route)?.((performance.now() - startedAt) / 1000);
      return { status: 200, body: JSON.stringify(result) };
    } catch (error) {
      const { problem, ...refusal } = refusalOf(log, error, { route, machineId: agent.machineId });
      durations.observe((performance.now() - startedAt) / 1000, { route, status: String(refusal.status) });
      return { ...refusal, body: JSON.stringify(problem) };
    }
  };
}

/** fastify's own parser, for its protection against poisoned prototypes; it calls back at once. */
function createParser({ fastify }: Kernel['http']): (text: string) => unknown {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  return (text) => {
    let value: unknown;
    let failure: unknown;
    void parse({} as FastifyRequest, text, (error, parsed) => {
      failure = error;
      value = parsed;
    });
    if (failure) throw failure;
    return value;
  };
}
