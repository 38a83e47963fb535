/**
 * The baseline: a bare fastify route on the site's own TLS certificate, which reads the same JSON body and gives an
 * answer of the same form. No token, no schema, no database.
 */
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { fastify } from 'fastify';

export type BaselineCommand = { readonly type: 'listen'; readonly tls: { key: string; cert: string } };

process.on('disconnect', () => process.exit());
process.on('message', async ({ tls }: BaselineCommand) => {
  try {
    process.send?.({ result: await listen(tls) });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});

async function listen(tls: { key: string; cert: string }): Promise<number> {
  const app = fastify<Server>({ https: { ...tls, minVersion: 'TLSv1.2' }, keepAliveTimeout: 600_000 });
  app.post(agentPaths.reports, async (request) => {
    const { reports } = request.body as { reports: { number: number }[] };
    const acknowledged = reports.at(-1)?.number ?? 0;
    return {
      acknowledged,
      rejected: [],
      hasOrders: false,
      heartbeatMs: 300_000,
      jitterMs: 60_000,
      wantsInventory: false,
    };
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}
