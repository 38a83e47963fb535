import { createLink, type Link, type LinkEvent } from '@tenkai/protocol/agent/link/index.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { draw } from '../draws.ts';
import type { MachineMemory } from './facts.ts';
import { createInventoryDesk } from './inventory-desk.ts';
import { signerOf } from './keys.ts';
import { lateClient } from './late-client.ts';
import { createOutbox } from './outbox.ts';
import { disconnect, switchOn, switchOnLater } from './power.ts';
import { heartbeatOf, type State, type Surroundings, setOnline } from './state.ts';
import { takeOrders } from './take-orders.ts';
import { reasonOf } from './trouble.ts';

export interface LiveMachine {
  /** Switches on; resolves when it is connected, or could not be at the first try. */
  start(): Promise<void>;
  /** The simulator ends: the line is cut, and nothing of the machine goes on. */
  stop(): Promise<void>;
}

/** One machine of a fleet: a memory, a link, and the run that it plays. No timer and no key of its own. */
export function createLiveMachine(around: Surroundings, index: number, memory: MachineMemory): LiveMachine {
  const { tally, now } = around;
  const outbox = createOutbox({
    onAcknowledged: (reports) => {
      tally.add('reports', reports.length);
      tally.happened('report', now());
      state.desk.acknowledged(reports);
    },
    onRejected: (code) => tally.trouble(`report:${code}`),
  });
  const state: State = {
    ...around,
    index,
    memory,
    outbox,
    desk: createInventoryDesk(around.plan, index, outbox),
    seen: new Set(),
    link: undefined as unknown as Link,
    phase: 'starting',
    bootedAt: now(),
    line: null,
    play: null,
    staged: [],
    toApply: [],
    isOnline: false,
    isStopped: false,
    onFirst: () => {},
    cancelNext: () => {},
    occasion: 0,
  };
  state.link = openLink(state);
  return {
    async start() {
      if (memory.isOn) return switchOn(state);
      tally.add('off');
      switchOnLater(state);
    },
    async stop() {
      state.isStopped = true;
      state.cancelNext();
      state.play?.interrupt();
      await disconnect(state);
    },
  };
}

function openLink(state: State): Link {
  const { plan, index, secret, client, memory, outbox, now, after } = state;
  let jitters = 0;
  return createLink({
    client: lateClient(state, client(index)),
    signer: signerOf(secret, index),
    machineId: memory.machineId,
    outbox,
    now,
    after,
    silenceLimitMs,
    random: () => draw(plan.seed, index, 'jitter', jitters++),
    heartbeat: async () => outbox.putHeartbeat(heartbeatOf(state)),
    onOrders: async (orders) => takeOrders(state, orders),
    onEvent: (event) => note(state, event),
  });
}

/** The site pings each socket within a minute; thousands of clients need not ask as often. */
const silenceLimitMs = 5 * 60_000;

function note(state: State, event: LinkEvent): void {
  const { tally } = state;
  switch (event.type) {
    case 'connected':
      setOnline(state, true);
      state.onFirst();
      return;
    case 'nudged':
      tally.add('nudged');
      tally.happened('nudge', state.now());
      return;
    case 'disconnected':
      setOnline(state, false);
      // Our own end is no trouble.
      if (event.cause) tally.trouble(`channel:${reasonOf(event.cause)}`);
      return;
    case 'checked-in':
      tally.add('checkIns');
      if (event.reply.wantsInventory && state.desk.whole(state.memory, state.bootedAt)) state.link.sendSoon();
      return;
    case 'failed':
      tally.trouble(`${event.what}:${reasonOf(event.cause)}`);
      if (event.cause instanceof RemoteProblem && event.cause.problem.code === 'machine-unknown')
        forget(state);
      state.onFirst();
  }
}

/** The site does not know the machine any more: it is quiet, and asks to be enrolled at the next start. */
function forget(state: State): void {
  if (state.memory.machineId === '') return;
  state.memory.machineId = '';
  state.remember(state.index);
  state.isStopped = true;
  state.cancelNext();
  state.play?.interrupt();
  state.tally.add('enrolled', -1);
  state.tally.add('refused');
  void disconnect(state);
}
