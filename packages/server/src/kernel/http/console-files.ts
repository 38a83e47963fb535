import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** Answers a page request; false where it is not one, so that the rim may say 404. */
export type ServeConsole = (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>;

/**
 * Serves the built console: files as they are listed at the start (a path can reach nothing else), already
 * compressed where the browser takes that, and the one page for every address inside of the console.
 */
export async function serveConsole(fastify: FastifyInstance, dir: string): Promise<ServeConsole> {
  const files = await listFiles(dir);
  const send = async (path: string, request: FastifyRequest, reply: FastifyReply) => {
    const [encoding, suffix] =
      encodings.find(([name, end]) => accepts(request, name) && files.has(path + end)) ?? [];
    const isHashed = path.startsWith('/assets/');
    reply.type(mediaTypes[extname(path)] ?? 'application/octet-stream').header('vary', 'accept-encoding');
    reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    if (encoding) reply.header('content-encoding', encoding);
    return reply.send(await readFile(join(dir, path + (suffix ?? ''))));
  };
  for (const path of files) {
    if (!/\.(br|gz)$/.test(path)) fastify.get(path, (request, reply) => send(path, request, reply));
  }
  return async (request, reply) => {
    const isPage = request.method === 'GET' && request.headers.accept?.includes('text/html') === true;
    if (!isPage || /^\/(api|agent|content)\//.test(request.url)) return false;
    if (!files.has('/index.html')) return false;
    await send('/index.html', request, reply);
    return true;
  };
}

async function listFiles(dir: string): Promise<ReadonlySet<string>> {
  if (!existsSync(dir)) return new Set();
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)));
  return new Set(paths.map((path) => `/${path.split(sep).join('/')}`));
}

function accepts(request: FastifyRequest, encoding: string): boolean {
  return String(request.headers['accept-encoding'] ?? '').includes(encoding);
}
