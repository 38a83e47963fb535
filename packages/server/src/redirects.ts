import { createServer as createHttpServer, type Server } from 'node:http';
import type { Config } from './config.ts';

/** A machine without IPv6 cannot listen on `::`; every IPv4 interface is then what was meant. */
export async function withIpv4InReserve<T>(host: string, listen: (host: string) => Promise<T>): Promise<T> {
  try {
    return await listen(host);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (host !== '::' || (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL')) throw error;
    return listen('0.0.0.0');
  }
}

/** Browsers that were given no `https://` find the way (BCON-15); nothing else is answered in the clear. */
export async function listenForRedirects(
  { listen, redirectPort }: Config,
  httpsPort: number,
): Promise<Server | undefined> {
  if (redirectPort === null) return undefined;
  const server = createHttpServer((request, response) => {
    const name = request.headers.host?.replace(/:\d+$/, '') ?? '';
    const isName = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)$/i.test(name);
    if (!isName) return response.writeHead(400).end();
    const port = httpsPort === 443 ? '' : `:${httpsPort}`;
    const location = `https://${name}${port}${request.url ?? '/'}`;
    response.writeHead(308, { location, 'content-length': 0 }).end();
  });
  await withIpv4InReserve(listen, (host) => {
    return new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ host, port: redirectPort }, resolve);
    });
  });
  return server;
}
