import { openApiDocument } from './http/openapi.ts';
import type { Kernel } from './kernel.ts';
import { serverVersion } from './version.ts';

/** `/healthz`: the process answers. `/readyz`: it can do its work. `/metrics`: figures for Prometheus. */
export function registerHealth({ http, db, metrics, log, access }: Kernel) {
  http.fastify.get('/healthz', async () => ({ ok: true }));
  http.fastify.get('/readyz', async (_request, reply) => {
    const isReady = await db.read
      .one('SELECT 1 AS one')
      .then(() => true)
      .catch((error: unknown) => {
        log.error({ err: error }, 'the database does not answer');
        return false;
      });
    return reply.code(isReady ? 200 : 503).send({ ok: isReady });
  });
  metrics.gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  metrics.gauge('process_uptime_seconds', 'Time since the start.', () => process.uptime());
  const isLocal = (address: string) => /^(::ffff:)?127\.|^::1$/.test(address);
  http.fastify.get('/metrics', async (request, reply) => {
    // Figures tell much about a site: from elsewhere they need an API token.
    if (!isLocal(request.ip)) await access.admit(request, 'view');
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.render());
  });
  http.fastify.get('/api/v1/openapi.json', async () => openApiDocument(http.apiRoutes, serverVersion));
}
