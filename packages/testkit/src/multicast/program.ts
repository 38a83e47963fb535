/**
 * One end of a multicast session as a process of its own, for network namespaces: `node program.ts CONFIG`, a JSON
 * file. Prints JSON lines: `ready`, at the end `done`. What multicast does not bring comes from `sources`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchContent, type Manifest, openChunkStore, partialOf } from '@tenkai/transfer';
import { checkMulticast } from '@tenkai/transfer/multicast/preflight.ts';
import { receiveContent } from '@tenkai/transfer/multicast/receive-content.ts';
import { relayContent } from '@tenkai/transfer/multicast/relay-content.ts';
import { sendContent } from '@tenkai/transfer/multicast/send-content.ts';

export type ProgramConfig = SendConfig | ReceiveConfig | RelayConfig | CheckConfig;

interface CommonConfig {
  readonly manifest: Manifest;
  readonly interfaceAddress: string;
  readonly session: number;
  readonly group: string;
  readonly port: number;
  readonly senderPort: number;
  /** Base64. */
  readonly groupKey: string;
  readonly window: number;
}

export interface SendConfig extends CommonConfig {
  readonly role: 'send';
  readonly store: string;
  readonly masterKey: string;
  readonly expected: readonly number[];
  readonly mostBytesPerSecond?: number;
  readonly patience?: { readonly silentMs: number; readonly lagMs: number };
  readonly gatherMs?: number;
}

export interface ReceiveConfig extends CommonConfig {
  readonly role: 'receive';
  readonly target: string;
  readonly member: number;
  readonly memberKey: string;
  readonly senderAddress: string;
  readonly sources: readonly string[];
  readonly silenceMs?: number;
  /** What multicast did not bring is left for another session. */
  readonly isMulticastOnly?: boolean;
}

/** A representative: what it fetches from its sources it sends to its neighbours. */
export interface RelayConfig extends Omit<SendConfig, 'role' | 'store'> {
  readonly role: 'relay';
  readonly target: string;
  readonly sources: readonly string[];
}

export interface CheckConfig extends CommonConfig {
  readonly role: 'check';
  readonly mtu?: number;
}

const tell = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const config = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ProgramConfig;
const groupKey = Buffer.from(config.groupKey, 'base64');

if (config.role === 'send') await send(config);
else if (config.role === 'relay') await relay(config);
else if (config.role === 'check') await check(config);
else await receive(config);
process.exit();

async function send(options: SendConfig): Promise<void> {
  const store = await openChunkStore({ root: options.store });
  const startedAt = performance.now();
  const { figures, members } = await sendContent({
    ...{ ...options, store, groupKey, masterKey: Buffer.from(options.masterKey, 'base64') },
    onReady: () => tell({ what: 'ready' }),
    onProgress: (progress) => tell({ what: 'progress', figures: progress.figures }),
  });
  const ms = performance.now() - startedAt;
  tell({ what: 'done', ms, figures, members, cpu: process.cpuUsage(), residentBytes: peakBytes() });
}

async function relay(options: RelayConfig): Promise<void> {
  const network = { sources: options.sources.map((baseUrl) => ({ baseUrl })), parallel: 2 };
  const { target, manifest } = options;
  const { bytesFetched, bytesResumed } = await fetchContent({
    ...{ manifest, target, sources: [] },
    before: relayContent({
      ...{ ...options, groupKey, masterKey: Buffer.from(options.masterKey, 'base64'), network },
      fileOf: (path) => join(partialOf(target), path),
      onReady: () => tell({ what: 'ready' }),
      onSent: (sent, reason) => tell({ what: 'sent', ...sent, reason: reason && String(reason) }),
    }),
  });
  tell({ what: 'done', bytesFetched, bytesResumed });
}

async function check({ group, port, ...place }: CheckConfig): Promise<void> {
  tell({ what: 'ready' });
  tell({ what: 'done', ...(await checkMulticast({ group, port, key: groupKey }, place)) });
}

async function receive(options: ReceiveConfig): Promise<void> {
  const startedAt = performance.now();
  const terms = { ...options, groupKey, memberKey: Buffer.from(options.memberKey, 'base64') };
  let chunks = 0;
  let result: object = {};
  const { bytesFetched, bytesResumed } = await fetchContent({
    manifest: options.manifest,
    target: options.target,
    sources: options.sources.map((baseUrl) => ({ baseUrl })),
    giveUpAfterMs: 60_000,
    async before({ wants, accept }) {
      const byHash = new Map(wants.map((want) => [want.sha256, want]));
      result = await receiveContent({
        ...{ ...options, terms, wanted: new Set(byHash.keys()) },
        onReady: () => tell({ what: 'ready' }),
        async accept({ sha256 }, bytes) {
          const want = byHash.get(sha256);
          if (want) await accept(want, bytes);
          chunks += 1;
          tell({ what: 'chunk', chunks });
        },
      });
      tell({ what: 'heard', chunks, ...result });
      if (options.isMulticastOnly && chunks < wants.length) process.exit();
    },
  });
  const ms = performance.now() - startedAt;
  tell({ what: 'done', ms, chunks, bytesFetched, bytesResumed, ...result, cpu: process.cpuUsage() });
}

/** The most memory that was resident at any time; `maxRSS` would count what the parent had when it forked. */
function peakBytes(): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}
