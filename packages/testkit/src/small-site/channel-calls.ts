import { type ChannelCall, frameOf, splitFrame } from '@tenkai/protocol/agent/channel.ts';
import type { WebSocket } from 'ws';
import { forAgents, Refusal, refusalOf, type State } from './agent-routes.ts';
import type { SmallSite } from './site.ts';

interface Line {
  readonly socket: WebSocket;
  token: string;
}

/** Answers what an agent asks over its channel, as its requests are answered. */
export function answerCalls(site: SmallSite, state: State, line: Line): void {
  line.socket.on('message', (data) => {
    const { head, body } = splitFrame(String(data));
    const call = head as ChannelCall;
    site.requests.push(`CALL ${call.route}`);
    line.token = call.token ?? line.token;
    if (site.interceptCall(call, line.socket)) return;
    const { status, reply } = resultOf(site, state, { call, body, token: line.token });
    line.socket.send(frameOf({ type: 'answer', id: call.id, status }, JSON.stringify(reply)));
  });
}

interface Asked {
  readonly call: ChannelCall;
  readonly body: string | null;
  readonly token: string;
}

function resultOf(site: SmallSite, state: State, { call, body, token }: Asked) {
  try {
    const machineId = state.tokens.get(token);
    if (machineId === undefined) throw new Refusal(401, 'agent-token-invalid');
    const parsed = body === null ? undefined : JSON.parse(body);
    return { status: 200, reply: forAgents[call.route]?.(site, state, { body: parsed, machineId }) };
  } catch (error) {
    const { status, problem } = refusalOf(error);
    return { status, reply: problem };
  }
}
