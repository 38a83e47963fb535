import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataFolder, dataFolder, makeDataFolder } from '@tenkai/agent/data-folder.ts';
import { openIdentity, writeEnrollment } from '@tenkai/agent/identity.ts';
import { openOutbox, spoolFiles } from '@tenkai/agent/outbox/outbox.ts';
import { type Settings, writeSettings } from '@tenkai/agent/settings.ts';
import type { FrozenStep } from '@tenkai/domain';
import { enrollOnce } from '@tenkai/protocol/agent/link/enroll.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Report } from '@tenkai/protocol/agent/reports.ts';
import type { SmallSite } from './site.ts';

/** The data folder of an agent that a small site has taken, and a root folder that stands for its machine. */
export interface EnrolledAgent {
  readonly data: DataFolder;
  readonly machineId: string;
  /** The machine's own file system. */
  readonly root: string;
  /** Changed by `restartMachine`. */
  readonly bootIdFile: string;
  restartMachine(): void;
  /** Reports that wait in the outbox, oldest first. */
  waiting(): Report[];
  remove(): void;
}

/** @param settings beside what every agent of a small site has */
export async function enrolledAgent(site: SmallSite, settings: Settings = {}): Promise<EnrolledAgent> {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-agent-'));
  const data = dataFolder(join(folder, 'data'));
  const root = join(folder, 'root');
  const bootIdFile = join(folder, 'boot-id');
  mkdirSync(root);
  makeDataFolder(data);
  writeSettings(data, { server: site.url, rootFingerprint: site.keys.rootFingerprint, root, ...settings });
  const rootCertificate = site.keys.root.certificate;
  const signer = await openIdentity(data);
  const client = createSiteClient({ url: site.url, rootCertificate });
  const { signingKey, encryptionKey } = signer;
  const hardwareFingerprint = '0'.repeat(64);
  const facts = {
    name: 'test',
    signingKey,
    encryptionKey,
    hardwareFingerprint,
    agentVersion: '0',
    operatingSystem: 'test',
  };
  const { machineId } = await enrollOnce({ client, signer }, facts);
  client.close();
  writeEnrollment(data, {
    machineId,
    siteCode: 'TST',
    siteName: 'Test site',
    rootCertificate,
    server: site.url,
    rootFingerprint: site.keys.rootFingerprint,
    hardwareFingerprint,
    enrolledAt: Date.now(),
  });
  openOutbox({ folder: data.outbox, now: Date.now });
  let boots = 0;
  const restartMachine = () => {
    boots += 1;
    writeFileSync(bootIdFile, `boot-${boots}`);
  };
  restartMachine();
  return {
    data,
    machineId,
    root,
    bootIdFile,
    restartMachine,
    waiting: () =>
      ['numbered', 'new'].flatMap((part) =>
        spoolFiles(join(data.outbox, part)).map(
          (name) => JSON.parse(readFileSync(join(data.outbox, part, name), 'utf8')) as Report,
        ),
      ),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The run of an order that names none: one for each test file, for processes of a run are found machine-wide by it. */
export const testRunId = `run-${process.pid}`;

/** An order to run these steps; everything that a test does not care about is plain. */
export function runOrder(
  agent: Pick<EnrolledAgent, 'machineId'>,
  steps: readonly FrozenStep[],
  rest: Partial<RunOrder> = {},
): RunOrder {
  const runId = rest.runId ?? testRunId;
  return {
    kind: 'run',
    orderId: `order-${runId}`,
    machineId: agent.machineId,
    issuedAt: Date.now(),
    expiresAt: Date.now() + 3_600_000,
    runId,
    attempt: 1,
    deploymentName: 'test',
    steps: steps.map((step, index) => ({ ...step, index })),
    variables: {},
    options: { powerOffAtEnd: false },
    sources: ['/content'],
    ...rest,
  };
}

/** Lays an order where the service lays one that it has accepted. */
export function storeOrder(agent: EnrolledAgent, site: SmallSite, order: RunOrder, sequence = 1): string {
  const name = `${order.runId}-${order.attempt}`;
  const folder = join(agent.data.runs, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'order.json'), JSON.stringify({ sequence, signed: site.keys.signOrder(order) }));
  return name;
}
