/**
 * The simulated fleet, in a process of its own: started by fleet.ts, told by IPC what to do. One command at a time;
 * each is answered with its result or its error.
 */

import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { WebSocket } from 'ws';
import { openConnection } from '../site/http-connection.ts';
import { inParallel } from '../site/in-parallel.ts';
import { type AgentKey, type SimulatedAgent, type SiteAddress, signIn } from './agents.ts';
import { type Lane, runPaced, runUnpaced } from './load.ts';

export type FleetCommand =
  | { readonly type: 'sign-in'; readonly site: SiteAddress; readonly keys: readonly AgentKey[] }
  /** Opens the channel of every agent. */
  | { readonly type: 'channels'; readonly site: SiteAddress }
  /** Opens kept-alive connections for check-ins; agents share them in turns. */
  | {
      readonly type: 'lanes';
      readonly to: 'site' | 'baseline';
      readonly site: SiteAddress;
      readonly count: number;
    }
  | { readonly type: 'unpaced'; readonly to: string; readonly concurrency: number; readonly seconds: number }
  | { readonly type: 'paced'; readonly to: string; readonly perSecond: number; readonly seconds: number }
  /** Ends what is paced before its time; has no answer of its own. */
  | { readonly type: 'enough' }
  /** Every agent checks in exactly once. */
  | { readonly type: 'once'; readonly to: string }
  /** The highest acknowledged number of each agent. */
  | { readonly type: 'acknowledged' };

let agents: SimulatedAgent[] = [];
let isOver = false;
let pacing = new AbortController();
const sockets: WebSocket[] = [];
const lanes = new Map<string, Lane[]>();

process.on('disconnect', () => process.exit());
process.on('message', async (command: FleetCommand) => {
  if (command.type === 'enough') return pacing.abort();
  try {
    process.send?.({ result: await carryOut(command) });
  } catch (error) {
    process.send?.({ error: (error as Error).stack ?? String(error) });
  }
});

async function carryOut(command: Exclude<FleetCommand, { type: 'enough' }>): Promise<unknown> {
  switch (command.type) {
    case 'sign-in':
      agents = await signIn(command.site, command.keys);
      return agents.length;
    case 'channels':
      return openChannels(command.site);
    case 'lanes':
      lanes.set(command.to, await openLanes(command));
      return command.count;
    case 'unpaced':
      return runUnpaced(lanesTo(command.to), command.concurrency, command.seconds);
    case 'paced':
      pacing = new AbortController();
      return runPaced(lanesTo(command.to), command.perSecond, command.seconds, pacing.signal);
    case 'once':
      return checkInOnce(lanesTo(command.to));
    case 'acknowledged':
      // What follows is the end of the site.
      isOver = true;
      return agents.map(({ id, acknowledged }) => [id, acknowledged]);
  }
}

function lanesTo(name: string): Lane[] {
  return lanes.get(name) ?? [];
}

async function openChannels({ port, rootCertificate }: SiteAddress): Promise<number> {
  await inParallel(64, agents, async ({ token, address }) => {
    const socket = new WebSocket(`wss://localhost:${port}${agentPaths.channel}`, {
      ca: rootCertificate,
      headers: { authorization: `Bearer ${token}` },
      localAddress: address,
      perMessageDeflate: false,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.on('close', (code) => {
      if (!isOver) process.send?.({ error: `a channel was closed with ${code}` });
    });
    sockets.push(socket);
  });
  return sockets.length;
}

/** One lane for each agent, or `count` lanes whose agents take turns. */
function openLanes({ to, site, count }: Extract<FleetCommand, { type: 'lanes' }>): Promise<Lane[]> {
  const numbers = Array.from({ length: Math.min(count, agents.length) }, (_, index) => index);
  return inParallel(64, numbers, async (lane) => {
    const own = agents.filter((_, index) => index % numbers.length === lane);
    const connection = await openConnection({ ...site, localAddress: own[0]?.address ?? '127.0.0.1' });
    return { connection, agents: own, isSite: to === 'site', turn: 0, busy: Promise.resolve() };
  });
}

async function checkInOnce(all: readonly Lane[]): Promise<number> {
  const rounds = Math.max(...all.map((lane) => lane.agents.length));
  let done = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { errors, firstError, count } = await runPacedOnce(all);
    if (errors > 0) throw new Error(firstError);
    done += count;
  }
  return done;
}

function runPacedOnce(all: readonly Lane[]) {
  return runPaced(all, all.length, 1);
}
