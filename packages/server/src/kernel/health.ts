import type { Kernel } from './kernel.ts';

/** `/healthz`: the process answers. `/readyz`: it can do its work. `/metrics`: figures for Prometheus. */
export function registerHealth({ http, db, metrics, log }: Pick<Kernel, 'http' | 'db' | 'metrics' | 'log'>) {
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
  http.fastify.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.render()),
  );
}
