import { join } from 'node:path';
import { bundle } from '../../scripts/deb/bundles.ts';
import { type MeasuredProcess, startProcess } from './site-process.ts';

export interface SiteOptions {
  /** The shipped bundle. */
  readonly file: string;
  readonly dataDir: string;
  readonly gateways?: number;
  readonly nodeOptions?: readonly string[];
}

export interface Site extends MeasuredProcess {
  readonly port: number;
}

/** The server as it ships: one file, made anew from the sources. */
export function bundleServer(dir: string): Promise<string> {
  return bundle('server', dir);
}

/** Node's options of the shipped unit. */
const shippedOptions = ['--disable-warning=ExperimentalWarning'];

/** Starts a site's server on 127.0.0.1 and a free port. */
export async function startSite({
  file,
  dataDir,
  gateways = 0,
  nodeOptions = [],
}: SiteOptions): Promise<Site> {
  const started = await startProcess({
    command: process.execPath,
    args: [...shippedOptions, ...nodeOptions, file],
    env: {
      TENKAI_DATA: dataDir,
      TENKAI_PORT: '0',
      TENKAI_LISTEN: '127.0.0.1',
      TENKAI_GATEWAYS: String(gateways),
      TENKAI_CONSOLE: join(dataDir, 'no-console'),
      NODE_COMPILE_CACHE: '',
    },
    readyLine: /Tenkai is ready at https:\/\/[^:]+:(\d+)/,
  });
  return { ...started, port: Number(started.ready[1]) };
}
