import { readFile } from 'node:fs/promises';
import { type RequestOptions, request } from 'node:https';
import { dirname, join } from 'node:path';
import { fingerprintOf } from '@tenkai/protocol/agent/link/index.ts';
import { bundle } from '../../scripts/package/bundles.ts';
import { shippedStart } from './shipped.ts';
import { type ReadyProcess, startUntilReady } from './site-process.ts';

export interface SiteOptions {
  /** The shipped bundle. */
  readonly file: string;
  readonly dataDir: string;
  readonly gateways?: number;
  readonly nodeOptions?: readonly string[];
}

export interface Site extends ReadyProcess {
  readonly port: number;
  /** The trusted root key, hex. */
  readonly rootFingerprint: string;
  /** PEM. */
  readonly rootCertificate: string;
  /** Body of an answer to this host. */
  get(path: string): Promise<string>;
}

/** The server as it ships: one file, made anew from the sources. */
export function bundleServer(dir: string): Promise<string> {
  return bundle('server', dir);
}

/** Starts a site's server on 127.0.0.1 and a free port. */
export async function startSite({
  file,
  dataDir,
  gateways = 0,
  nodeOptions = [],
}: SiteOptions): Promise<Site> {
  const shipped = shippedStart('server', join(dirname(file), 'cache'));
  const started = await startUntilReady(
    {
      command: process.execPath,
      args: [...shipped.nodeOptions, ...nodeOptions, file],
      env: {
        ...shipped.env,
        TENKAI_DATA: dataDir,
        TENKAI_PORT: '0',
        TENKAI_LISTEN: '127.0.0.1',
        TENKAI_GATEWAYS: String(gateways),
        TENKAI_CONSOLE: join(dataDir, 'no-console'),
      },
    },
    /Tenkai is ready at https:\/\/[^:]+:(\d+)/,
  );
  const port = Number(started.ready[1]);
  const rootCertificate = await readFile(join(dataDir, 'keys', 'root.crt'), 'utf8');
  return {
    ...started,
    port,
    rootCertificate,
    rootFingerprint: fingerprintOf(rootCertificate),
    get: (path) => get({ host: '127.0.0.1', servername: 'localhost', port, path, ca: rootCertificate }),
  };
}

function get(options: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text)).on('error', reject);
    });
    sent.on('error', reject).end();
  });
}
