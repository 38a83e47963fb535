import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { contentOf } from '@tenkai/domain/scenario/frozen-step.ts';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { authorizedCall } from '@tenkai/protocol/agent/link/authorized.ts';
import { checkSiteSignature } from '@tenkai/protocol/agent/link/pinned-root.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import { createTokenSource } from '@tenkai/protocol/agent/link/token.ts';
import { MulticastAnswer, RelayReply } from '@tenkai/protocol/agent/multicast.ts';
import { manifestProof, type RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Boundary } from '../boundary.ts';
import type { DataFolder } from '../data-folder.ts';
import { readJson } from '../durable-file.ts';
import { type Enrollment, openIdentity, readEnrollment } from '../identity.ts';
import { openLog } from '../log.ts';
import { readOrder } from '../orders/check-order.ts';
import { openOutbox } from '../outbox/outbox.ts';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import { openRuns, type RunFolder, runFolderNamed, type StoredOrder } from '../run-folder.ts';
import { readSettings } from '../settings.ts';
import { openRunContent, type RunContent } from './content.ts';
import { createMulticastPart } from './multicast-part.ts';
import { addressTowards } from './own-address.ts';
import { contentSources } from './sources.ts';

/** A sender that waits for others says so several times a second. */
const multicastSilenceMs = 10_000;

type Site = Parameters<typeof authorizedCall>[0];

export interface EngineInput {
  readonly data: DataFolder;
  /** Name of the run's folder. */
  readonly run: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly boundary: Boundary;
}

/** Everything that the engine of one run needs, made from its data folder alone. */
export async function openEngine({ data, run, env, boundary }: EngineInput) {
  const settings = readSettings(data);
  const platform = await selectPlatform(platformOptions(env, settings));
  const log = openLog({ folder: data.log, name: 'engine', level: settings.logLevel ?? 'info' });
  const now = () => Date.now();
  return {
    data,
    settings,
    platform,
    now,
    boundary,
    folder: runFolderNamed(data, run),
    log: log.child({ component: 'engine', run }),
    outbox: openOutbox({ folder: data.outbox, now, boundary }),
  };
}
export type Engine = Awaited<ReturnType<typeof openEngine>>;

/**
 * The order that the service accepted, checked once more: nothing is run because it lies in a folder (law 11).
 * @throws Failure agent-not-configured, not-found, site-signature-invalid, order-not-understood
 */
export function readRunOrder(folder: RunFolder, enrollment: Enrollment): RunOrder {
  const stored = readJson<StoredOrder>(folder.order);
  if (!stored) throw new Failure('not-found', { what: 'order of run', id: folder.name });
  const order = readOrder(new X509Certificate(enrollment.rootCertificate), stored.signed);
  const isOurs = order.kind === 'run' && order.machineId === enrollment.machineId;
  if (!isOurs || `${order.runId}-${order.attempt}` !== folder.name) {
    throw new Failure('order-for-another-machine', { orderId: order.orderId });
  }
  return order;
}

/** @throws Failure agent-not-configured */
export function enrollmentOf({ data }: Pick<Engine, 'data'>): Enrollment {
  const enrollment = readEnrollment(data);
  if (!enrollment) throw new Failure('agent-not-configured');
  return enrollment;
}

/** Content of an order's sources, accepted only with manifests that the site signed. */
export async function contentFor(
  engine: Engine,
  enrollment: Enrollment,
  order: RunOrder,
): Promise<RunContent> {
  const { data, log, now, folder, settings } = engine;
  const { server, rootCertificate, machineId } = enrollment;
  const root = new X509Certificate(rootCertificate);
  const client = createSiteClient({ url: server, rootCertificate });
  const tokens = createTokenSource({ client, signer: await openIdentity(data), machineId, now });
  const content = await openRunContent({
    root: data.content,
    limitBytes: settings.contentCacheBytes,
    neededBytes: contentOf(order.steps).reduce((sum, { bytes }) => sum + bytes, 0),
    owner: folder.name,
    owners: openRuns(data).map((run) => run.folder.name),
    sources: contentSources({ server, rootCertificate, tokens }, order.sources),
    checkManifest: (signed) => checkSiteSignature(root, signed, manifestProof(signed.body), order.issuedAt),
    giveUpAfterMs: 5 * 60_000,
    onCorrupt: (source, path) => log.warn({ source, path }, 'damaged bytes; another source is asked'),
    multicast: order.multicast ? multicastFor({ client, tokens }, engine, { server, order }) : undefined,
  });
  const release = () => content.release().finally(() => client.close());
  const keep = () => {
    content.keep();
    client.close();
  };
  return { ...content, release, keep };
}

function multicastFor(
  site: Site,
  { log, platform, data }: Engine,
  { server, order }: { server: string; order: RunOrder },
) {
  const { runId, attempt } = order;
  return createMulticastPart({
    log,
    silenceMs: multicastSilenceMs,
    ask(question, signal) {
      const body = { runId, attempt, ...question };
      const common = { method: 'POST', path: agentPaths.multicast, reply: MulticastAnswer } as const;
      return authorizedCall(site, { ...common, body, signal });
    },
    report: (body, signal) =>
      authorizedCall(site, { method: 'POST', path: agentPaths.relay, reply: RelayReply, body, signal }),
    async facts() {
      const own = await addressTowards(server);
      if (!own) return undefined;
      const freeBytes = await platform.inventory.freeBytes(data.root);
      return { address: own.cidr, freeBytes, ...platform.inventory.linkFacts(own.card) };
    },
  });
}

/** Where a run's own files lie that nobody needs after its end. */
export function leftovers(folder: RunFolder): string[] {
  return [folder.staged, folder.work, folder.steps, folder.progress, join(folder.path, 'progress.new')];
}
