import { createPublicKey, randomUUID, verify } from 'node:crypto';
import { definitions } from '@tenkai/domain/definitions.ts';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import {
  type EnrollReply,
  EnrollRequest,
  enrollmentProof,
  TokenRequest,
  tokenProof,
} from '@tenkai/protocol/agent/enrollment.ts';
import { type ProgressBatch, ReportBatch, type ReportReply } from '@tenkai/protocol/agent/reports.ts';
import * as Value from 'typebox/value';
import type { WebSocket } from 'ws';
import type { SmallSite } from './site.ts';

/** What the site knows of its machines. */
export interface State {
  readonly machines: Map<string, { id: string; signingKey: string }>;
  readonly nonces: Map<string, string>;
  readonly tokens: Map<string, string>;
  readonly acknowledged: Map<string, number>;
  readonly sockets: Map<string, WebSocket>;
  readonly content: Map<string, Buffer>;
}

type Handler = (site: SmallSite, state: State, input: { body: unknown; machineId: string }) => unknown;

/** A status and a code instead of an answer. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

export function refusalOf(error: unknown) {
  const { status, code } = error instanceof Refusal ? error : { status: 500, code: 'unexpected' };
  return { status, problem: { code, message: String(error), detail: '', remedy: '' } };
}

/** Routes for machines that are not known yet. */
export const open: Record<string, Handler> = {
  [`GET ${agentPaths.site}`]: ({ keys }) => ({
    siteCode: 'TST',
    siteName: 'Test site',
    rootCertificate: keys.root.certificate,
    protocol: 1,
  }),
  [`POST ${agentPaths.enroll}`]: enroll,
  [`POST ${agentPaths.challenge}`](_, state, { body }) {
    const { machineId } = body as { machineId: string };
    const nonce = randomUUID();
    state.nonces.set(nonce, machineId);
    return { nonce, expiresAt: Date.now() + 60_000 };
  },
  [`POST ${agentPaths.token}`]: token,
};

/** Routes that need a token. */
export const forAgents: Record<string, Handler> = {
  [`GET ${agentPaths.orders}`]: (site, _, { machineId }) => ({ orders: site.orders.get(machineId) ?? [] }),
  [`GET ${agentPaths.available}`]: (site, _, { machineId }) => ({
    items: site.available.get(machineId) ?? [],
  }),
  [`POST ${agentPaths.reports}`]: takeReports,
  [`POST ${agentPaths.progress}`](site, _, { body }) {
    site.progress.push(body as ProgressBatch);
    return {};
  },
};

function enroll(site: SmallSite, state: State, { body }: { body: unknown }): EnrollReply {
  if (!Value.Check(EnrollRequest, body)) throw new Refusal(422, 'invalid-request');
  const { signature, ...facts } = body;
  if (!holds(body.signingKey, enrollmentProof(facts), signature)) throw new Refusal(403, 'signature-invalid');
  const known = [...state.machines.values()].find(({ signingKey }) => signingKey === body.signingKey);
  if (!known && site.tickets && !site.tickets.delete(body.ticket ?? ''))
    throw new Refusal(403, 'ticket-invalid');
  site.enrollments.push(body);
  const id = known?.id ?? `m-${state.machines.size + 1}`;
  state.machines.set(id, { id, signingKey: body.signingKey });
  return { machineId: id, status: 'enrolled', retryAfterMs: 0, ...site.enrollment };
}

function token(site: SmallSite, state: State, { body }: { body: unknown }) {
  if (!Value.Check(TokenRequest, body)) throw new Refusal(422, 'invalid-request');
  const machine = state.machines.get(body.machineId);
  const isFresh = state.nonces.get(body.nonce) === body.machineId;
  state.nonces.delete(body.nonce);
  if (!machine) throw new Refusal(401, 'machine-unknown');
  const isTrue = isFresh && holds(machine.signingKey, tokenProof(body.machineId, body.nonce), body.signature);
  if (!isTrue) throw new Refusal(401, 'signature-invalid');
  const made = randomUUID();
  state.tokens.set(made, body.machineId);
  const serverTime = Date.now() + site.clockOffsetMs;
  return { token: made, serverTime, expiresAt: serverTime + 600_000 };
}

function takeReports(
  site: SmallSite,
  state: State,
  { body, machineId }: { body: unknown; machineId: string },
): ReportReply {
  if (!Value.Check(definitions, ReportBatch, body)) throw new Refusal(422, 'invalid-request');
  const key = `${machineId} ${body.outbox}`;
  const takenBefore = state.acknowledged.get(key) ?? 0;
  for (const { number, report } of body.reports) {
    if (number <= (state.acknowledged.get(key) ?? 0)) continue;
    site.reports.push({ machineId, number, report });
    state.acknowledged.set(key, number);
  }
  return {
    acknowledged: state.acknowledged.get(key) ?? 0,
    takenBefore,
    rejected: [],
    hasOrders: false,
    heartbeatMs: 60_000,
    jitterMs: 0,
    wantsInventory: false,
    ...site.reply,
  };
}

function holds(publicKey: string, proof: string, signature: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify(
    'sha256',
    Buffer.from(proof),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64'),
  );
}
