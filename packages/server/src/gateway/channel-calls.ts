import { Failure } from '@tenkai/domain/failure.ts';
import {
  ChannelCall,
  type ChannelMessage,
  frameOf,
  longestAnswerBytes,
  splitFrame,
} from '@tenkai/protocol/agent/channel.ts';
import { Compile } from 'typebox/compile';
import type { RawData, WebSocket } from 'ws';
import type { Access } from '../kernel/access/access.ts';
import type { AgentClaims } from '../kernel/access/agent-token.ts';
import { refusalOf } from '../kernel/http/refuse.ts';
import type { Log } from '../kernel/log.ts';
import type { Answer } from './answer.ts';
import type { TakeCall } from './carry-out.ts';

export interface ChannelCallsOptions {
  readonly access: Pick<Access, 'admitAgent' | 'agentTokens'>;
  /** `METHOD path` of what may be called. */
  readonly routes: ReadonlySet<string>;
  readonly take: TakeCall;
  readonly log: Log;
}

/** What agents ask over their sockets, instead of by requests of their own. */
export interface ChannelCalls {
  /** Answers what comes over this socket, for as long as its tokens are good. */
  serve(socket: WebSocket, claims: AgentClaims): void;
  /** Resolves when every call that came has its answer, or after a time. */
  idle(limitMs: number): Promise<void>;
}

/** One socket, and who speaks there. */
interface Line {
  readonly socket: WebSocket;
  claims: AgentClaims;
  inProgress: number;
}

/** Bounds memory: of a machine that asks more at once, no more is read until it has answers. */
const maxInProgress = 8;
const closeUnsupportedData = 1003;
const closeInvalidData = 1007;

const callCheck = Compile(ChannelCall);

export function createChannelCalls(options: ChannelCallsOptions): ChannelCalls {
  const running = new Set<Promise<void>>();
  return {
    serve(socket, claims) {
      const line: Line = { socket, claims, inProgress: 0 };
      socket.on('message', (data, isBinary) => {
        const call = readCall(line, data, isBinary);
        if (!call) return;
        const answered = answer(options, line, call).finally(() => running.delete(answered));
        running.add(answered);
      });
    },
    async idle(limitMs) {
      const { promise: passed, resolve } = Promise.withResolvers<void>();
      const limit = setTimeout(resolve, limitMs);
      await Promise.race([Promise.all(running), passed]);
      clearTimeout(limit);
    },
  };
}

interface Call extends ChannelCall {
  readonly body: string | null;
}

/** @returns null for what later agents may say; a socket with anything else is closed */
function readCall({ socket }: Line, data: RawData, isBinary: boolean): Call | null {
  if (isBinary) return close(socket, closeUnsupportedData, 'text only');
  const { head, body } = splitFrame(data.toString());
  if (callCheck.Check(head)) return { ...head, body };
  const isOfAnotherType = typeof head === 'object' && head !== null && 'type' in head && head.type !== 'call';
  return isOfAnotherType ? null : close(socket, closeInvalidData, 'unreadable');
}

function close(socket: WebSocket, code: number, why: string): null {
  socket.close(code, why);
  return null;
}

async function answer(options: ChannelCallsOptions, line: Line, call: Call): Promise<void> {
  const { socket } = line;
  line.inProgress += 1;
  if (line.inProgress === maxInProgress) socket.pause();
  const { status, body, retryAfterSeconds } = await resultOf(options, line, call);
  const head: ChannelMessage =
    status === elsewhere || Buffer.byteLength(body) > longestAnswerBytes
      ? { type: 'elsewhere', id: call.id }
      : {
          type: 'answer',
          id: call.id,
          status,
          ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
        };
  // Of one that is closed meanwhile the agent asks again.
  if (socket.readyState === socket.OPEN) socket.send(frameOf(head, head.type === 'answer' ? body : null));
  if (line.inProgress === maxInProgress) socket.resume();
  line.inProgress -= 1;
}

const elsewhere = 0;

/** Never rejects. */
async function resultOf(
  { access, routes, take, log }: ChannelCallsOptions,
  line: Line,
  { route, token, body }: Call,
): Promise<Answer> {
  if (!routes.has(route)) return { status: elsewhere, body: '' };
  try {
    if (token !== undefined) line.claims = renewed(line.claims, access.admitAgent(bearing(token)));
    access.agentTokens.requireCurrent(line.claims);
    return await take(route, line.claims, body);
  } catch (error) {
    const { problem, ...refusal } = refusalOf(log, error, { route, machineId: line.claims.machineId });
    return { ...refusal, body: JSON.stringify(problem) };
  }
}

const bearing = (token: string) => ({ authorization: `Bearer ${token}` });

/** A socket stays with the machine and the key that it was opened for: presence is kept by them. */
function renewed(before: AgentClaims, after: AgentClaims): AgentClaims {
  if (after.machineId === before.machineId && after.keyThumbprint === before.keyThumbprint) return after;
  const detail = 'this channel was opened for another machine or another key';
  throw new Failure('agent-token-invalid', {}, { detail });
}
