import { Failure } from '@tenkai/domain/failure.ts';
import { toProblem } from '@tenkai/protocol/problem.ts';
import type { FastifyRequest } from 'fastify';
import { asFailure, httpStatusOf } from '../kernel/http/refuse.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { CallAnswer, ForwardedCall } from './messages.ts';

/** Carries out what a gateway handed over; never rejects. */
export function createCarryOut({
  http,
  access,
  log,
  metrics,
}: Kernel): (call: ForwardedCall) => Promise<CallAnswer> {
  const parse = http.fastify.getDefaultJsonParser('error', 'error');
  const count = metrics.counter(
    'tenkai_gateway_calls_total',
    'Requests of agents that came through gateways.',
  );
  const parseBody = (body: string | null): unknown => {
    if (body === null) return undefined;
    let value: unknown;
    let failure: unknown;
    // fastify's own parser, for its protection against poisoned prototypes; it calls back at once.
    void parse({} as FastifyRequest, body, (error, parsed) => {
      failure = error;
      value = parsed;
    });
    if (failure) throw failure;
    return value;
  };
  return async ({ id, route, agent, body }) => {
    try {
      access.requireAdmitted(agent.machineId);
      const carryOut = http.agentRoutes.get(route);
      if (!carryOut) throw new Failure('no-such-address', { method: '', path: route });
      const result = await carryOut(agent, { query: {}, body: parseBody(body) });
      count.add({ route, status: '200' });
      return { id, status: 200, body: JSON.stringify(result) };
    } catch (error) {
      const failure = asFailure(error);
      const status = httpStatusOf(failure);
      const line = { route, machineId: agent.machineId, status, code: failure.code, detail: failure.detail };
      if (failure.kind === 'broken')
        log.error({ ...line, id: failure.params.id, err: error }, 'request failed');
      else log.info(line, 'request refused');
      count.add({ route, status: String(status) });
      return { id, status, body: JSON.stringify(toProblem(failure)) };
    }
  };
}
