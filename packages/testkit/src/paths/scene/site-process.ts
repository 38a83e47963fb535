import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Network } from '../../rig/network.ts';
import { spawnOwned } from '../../rig/own-process.ts';
import { makeRigFolder } from '../../rig/rig-folder.ts';
import { until } from '../../rig/until.ts';
import { type ReachedSite, reachSite } from './reach-site.ts';

/** The real server as a process of its own in a test's network, reached by hosts at `url` and by the test through `api`. */
export interface SiteProcess extends ReachedSite {
  /** As the machines of the network see it. */
  readonly url: string;
  readonly dataDir: string;
  /** Ends it without a word, as a power failure does. */
  kill(): Promise<void>;
  /** Starts it again on the same data. */
  start(): Promise<void>;
  destroy(): Promise<void>;
}

const startLimitMs = 180_000;
const main = join(import.meta.dirname, '../../../../server/src/main.ts');

export interface SiteOptions {
  /** Of a second site in the same network: it needs a code and a port of its own. */
  readonly code?: string;
  readonly port?: number;
  /** `TENKAI_AGENTS`; absent: as a site of these sources has it. */
  readonly agentsDir?: string;
  /** Other settings of the server. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function startSiteProcess(
  network: Network,
  { code = 'TST', port = 8443, agentsDir, env: more = {} }: SiteOptions = {},
): Promise<SiteProcess> {
  const dataDir = await makeRigFolder('site');
  const env = {
    ...process.env,
    TENKAI_DATA: dataDir,
    TENKAI_PORT: String(port),
    TENKAI_NAMES: network.site.address,
    TENKAI_SITE: code,
    TENKAI_LOG_LEVEL: 'info',
    ...more,
    ...(agentsDir === undefined ? {} : { TENKAI_AGENTS: agentsDir }),
  };
  let text = '';
  let child: ReturnType<typeof spawnOwned> | undefined;
  const start = async () => {
    const before = text.length;
    const [program = '', ...args] = network.site.command([process.execPath, main]);
    child = spawnOwned(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
    }
    await until('the site is ready', () => text.slice(before).includes('Tenkai is ready'), startLimitMs);
  };
  const kill = async () => {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGKILL');
    await gone;
  };
  await start();
  const forward = await network.forward(port);
  return {
    ...(await reachSite(`https://localhost:${forward.port}`, () => text)),
    url: `https://${network.site.address}:${port}`,
    dataDir,
    kill,
    start,
    async destroy() {
      await kill();
      await forward.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
