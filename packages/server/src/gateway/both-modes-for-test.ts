import { type TestContext, test } from 'node:test';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { type DialingAgent, enrollByDialing } from '@tenkai/testkit/dialing-agent.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '@tenkai/testkit/start-server.ts';

/** Runs a test with the agents' sockets in the server's own process, and in two gateways. */
export function inBothModes(
  name: string,
  run: (t: TestContext, server: TestServer) => Promise<void>,
  options: TestServerOptions = {},
) {
  for (const gateways of [0, 2]) {
    const mode = gateways === 0 ? 'in process' : `${gateways} gateways`;
    test(`${name} [${mode}]`, async (t) => {
      const server = await startTestServer({ ...options, listen: true, gateways });
      let stopped: Promise<void> | undefined;
      const stop = () => {
        stopped ??= server.stop();
        return stopped;
      };
      atEnd(t, stop);
      await run(t, { ...server, stop });
    });
  }
}

export function siteOf(server: TestServer) {
  return { url: server.baseUrl, rootCertificate: server.kernel.keys.rootCertificate };
}

/** New machines, enrolled by a ticket over real sockets. */
export async function enrollAgents(
  t: TestContext,
  server: TestServer,
  count: number,
): Promise<DialingAgent[]> {
  const body = { name: 'tests', maxUses: count, validHours: 1 };
  const { secret: ticket } = await server.call(enrollmentRoutes.createTicket, { body });
  const names = Array.from({ length: count }, (_, index) => `pc-${index}`);
  const agents = await Promise.all(names.map((name) => enrollByDialing(siteOf(server), { name, ticket })));
  atEnd(t, () => {
    for (const agent of agents) agent.close();
  });
  return agents;
}

/** Waits until something holds; it is looked at again whenever the event loop has nothing else to do. */
export async function until(holds: () => boolean | Promise<boolean>, signal = AbortSignal.timeout(20_000)) {
  while (!(await holds())) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
