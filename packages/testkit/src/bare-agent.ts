import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { type Inventory, inventoryDigestInput } from '@tenkai/domain';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import {
  type ChallengeReply,
  type EnrollReply,
  type EnrollRequest,
  enrollmentProof,
  type TokenReply,
  tokenProof,
} from '@tenkai/protocol/agent/enrollment.ts';
import type { OrdersReply } from '@tenkai/protocol/agent/orders.ts';
import type {
  HeartbeatReport,
  InventoryReport,
  Report,
  ReportBatch,
  ReportReply,
} from '@tenkai/protocol/agent/reports.ts';
import { problemFromBody } from '@tenkai/protocol/problem.ts';
import type { Static } from 'typebox';
import type { TestServer } from './start-server.ts';

/**
 * An agent without a machine: real keys, and every call of the protocol as a function whose words a test may
 * alter. The real agent and the simulator have the link of the protocol package; this has no patience at all.
 */
export interface BareAgent {
  readonly name: string;
  readonly outbox: string;
  machineId: string;
  /** @throws RemoteProblem */
  enroll(over?: Partial<Static<typeof EnrollRequest>>): Promise<Static<typeof EnrollReply>>;
  challenge(): Promise<Static<typeof ChallengeReply>>;
  /** Answers a challenge; `nonce` absent: a new one. */
  token(over?: {
    nonce?: string;
    machineId?: string;
    signature?: string;
  }): Promise<Static<typeof TokenReply>>;
  /** The token in use; a new one where it has ended, or none was asked for yet. */
  bearer(): Promise<string>;
  report(...reports: (Report | Record<string, unknown>)[]): Promise<ReportReply>;
  /** A batch exactly as given. */
  send(batch: unknown): Promise<ReportReply>;
  orders(): Promise<OrdersReply>;
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown>;
}

export interface BareAgentOptions {
  readonly name?: string;
  readonly hardwareFingerprint?: string;
  /** Keys of another agent: its copy. */
  readonly keysOf?: BareAgent;
  readonly remoteAddress?: string;
  /** This life of the agent; absent: it does not tell. */
  readonly instance?: string;
}

const keysOfAgents = new WeakMap<BareAgent, Keys>();

interface Keys {
  readonly signing: { publicKey: KeyObject; privateKey: KeyObject };
  readonly encryption: { publicKey: KeyObject };
}

export function createBareAgent(server: TestServer, options: BareAgentOptions = {}): BareAgent {
  const keys = (options.keysOf && keysOfAgents.get(options.keysOf)) ?? makeKeys();
  const {
    name = 'pc-1',
    hardwareFingerprint = sha256(randomBytes(16)),
    remoteAddress = '192.0.2.10',
    instance,
  } = options;
  let held: Static<typeof TokenReply> | undefined;
  let number = 0;

  const call = async (method: 'GET' | 'POST', path: string, body?: unknown, bearer?: string) => {
    const answer = await server.kernel.http.fastify.inject({
      method,
      url: path,
      remoteAddress,
      headers: {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    if (answer.statusCode >= 400) throw problemFromBody(answer.statusCode, answer.json());
    return answer.json();
  };
  const agent: BareAgent = {
    name,
    outbox: `outbox-${randomBytes(6).toString('hex')}`,
    machineId: '',
    async enroll(over = {}) {
      const facts = {
        name,
        signingKey: spki(keys.signing.publicKey),
        encryptionKey: spki(keys.encryption.publicKey),
        hardwareFingerprint,
        agentVersion: '0.1.0',
        operatingSystem: 'Debian GNU/Linux 12',
        ...over,
      };
      const signature = over.signature ?? signText(keys, enrollmentProof(facts));
      const reply = await call('POST', agentPaths.enroll, { ...facts, signature });
      agent.machineId = reply.machineId;
      return reply;
    },
    challenge: () => call('POST', agentPaths.challenge, { machineId: agent.machineId }),
    async token(over = {}) {
      const machineId = over.machineId ?? agent.machineId;
      const nonce = over.nonce ?? (await agent.challenge()).nonce;
      const signature = over.signature ?? signText(keys, tokenProof(machineId, nonce));
      const reply = await call('POST', agentPaths.token, {
        machineId,
        nonce,
        signature,
        ...(instance === undefined ? {} : { instance }),
      });
      held = reply;
      return reply;
    },
    async bearer() {
      const isGood = held !== undefined && held.expiresAt > server.kernel.clock.now();
      return isGood && held ? held.token : (await agent.token()).token;
    },
    report(...reports) {
      const numbered = reports.map((report) => {
        number += 1;
        return { number, report };
      });
      return agent.send({ outbox: agent.outbox, reports: numbered } as ReportBatch);
    },
    send: async (batch) => call('POST', agentPaths.reports, batch, await agent.bearer()),
    orders: async () => call('GET', agentPaths.orders, undefined, await agent.bearer()),
    call: async (method, path, body) => call(method, path, body, await agent.bearer()),
  };
  keysOfAgents.set(agent, keys);
  return agent;
}

/** A machine that was enrolled with a ticket and has checked in once. */
export async function enrolledAgent(server: TestServer, options: BareAgentOptions = {}): Promise<BareAgent> {
  const { enrollmentRoutes } = await import('@tenkai/protocol/api/enrollment.ts');
  const body = { name: 'tests', maxUses: 1, validHours: 1 };
  const { secret } = await server.call(enrollmentRoutes.createTicket, { body });
  const agent = createBareAgent(server, options);
  await agent.enroll({ ticket: secret });
  return agent;
}

export function aHeartbeat(over: Partial<HeartbeatReport> = {}): HeartbeatReport {
  return {
    kind: 'heartbeat',
    agentVersion: '0.1.0',
    bootId: 'boot-1',
    bootedAt: 1_700_000_000_000,
    state: 'running',
    activeRuns: [],
    ...over,
  };
}

export function aWholeInventory(inventory: Inventory): InventoryReport {
  return { kind: 'inventory', base: null, digest: digestOf(inventory), whole: inventory, difference: null };
}

export function digestOf(inventory: Inventory): string {
  return sha256(inventoryDigestInput(inventory));
}

function makeKeys(): Keys {
  return {
    signing: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    encryption: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  };
}

function signText({ signing }: Keys, text: string): string {
  const key = { key: signing.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return sign('sha256', Buffer.from(text), key).toString('base64');
}

function spki(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

function sha256(input: string | Buffer): string {
  return createHash('sha256').update(input).digest('hex');
}
