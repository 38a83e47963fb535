import { join } from 'node:path';
import { type Access, createAccess } from './access/access.ts';
import { createAgentTokens } from './access/agent-token.ts';
import { type AgentChannel, createAgentChannel } from './agent-channel.ts';
import { type Audit, createAudit } from './audit/audit.ts';
import { createAuditAnchor } from './audit/audit-anchor.ts';
import type { Clock } from './clock.ts';
import type { Database } from './database/database.ts';
import { createEvents, type Events } from './events.ts';
import { createHttp, type Http } from './http/http.ts';
import { createJobs, type Jobs } from './jobs/jobs.ts';
import type { KeyChain } from './keys/key-chain.ts';
import { createLive, type Live } from './live.ts';
import type { Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';

/** Water and power for the features: what each of them may use. */
export interface Kernel {
  readonly dataDir: string;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: KeyChain;
  readonly access: Access;
  readonly http: Http;
  readonly audit: Audit;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly live: Live;
  readonly channel: AgentChannel;
  readonly metrics: Metrics;
}

export interface KernelOptions {
  readonly dataDir: string;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: KeyChain;
  readonly checkReplies?: boolean;
  /** Processes that hold the agents' sockets and speak TLS in this one's place; 0: none. */
  readonly gateways?: number;
}

/** Builds every part; nothing runs yet. */
export function createKernel(options: KernelOptions): Kernel {
  const { dataDir, db, clock, log, keys, checkReplies = false, gateways = 0 } = options;
  const component = (name: string) => log.child({ component: name });
  const metrics = createMetrics();
  const access = createAccess({ agentTokens: createAgentTokens({ key: keys.tokenKey, now: clock.now }) });
  const tls = gateways > 0 ? {} : { tls: keys.tls() };
  const http = createHttp({ log: component('http'), access, metrics, ...tls, checkReplies });
  const events = createEvents({ db, clock, log: component('events') });
  const anchor = createAuditAnchor({
    file: join(dataDir, 'audit-anchor.json'),
    key: { sign: (text) => keys.sign(text).signature, verify: keys.verify },
    read: db.read,
    log: component('audit'),
  });
  return {
    dataDir,
    db,
    clock,
    log,
    keys,
    access,
    http,
    audit: createAudit({ db, clock, anchor }),
    events,
    jobs: createJobs({ db, clock, log: component('jobs') }),
    live: createLive({ fastify: http.fastify, access, events, log: component('live') }),
    channel: createAgentChannel({ metrics }),
    metrics,
  };
}
