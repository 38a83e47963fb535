import type { Order, RunOrder, SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import { draw, within } from '../draws.ts';
import { checkOrder } from './check-order.ts';
import { agentVersionOf } from './facts.ts';
import { lifeMs } from './fleet-plan.ts';
import { type Play, playRun, type RunEnd } from './play-run.ts';
import { announceMs, applyNext, crash, powerCycle } from './power.ts';
import { type Act, downMs, scriptRun } from './run-script.ts';
import type { State } from './state.ts';

const seenOrdersLimit = 200;

export function takeOrders(state: State, signed: readonly SignedOrder[]): void {
  const orders = signed.flatMap((one) => check(state, one) ?? []);
  orders.sort((a, b) => a.issuedAt - b.issuedAt);
  for (const order of orders) carryOut(state, order);
  if (state.phase !== 'starting') return;
  state.phase = 'running';
  state.link.heartbeatSoon();
}

function check(state: State, signed: SignedOrder): Order | null {
  const { root, memory, tally, link, seen } = state;
  try {
    const order = checkOrder({ root, machineId: memory.machineId, serverTime: link.serverTime() }, signed);
    return order && !seen.has(order.orderId) ? order : null;
  } catch {
    tally.add('ordersRefused');
    return null;
  }
}

function carryOut(state: State, order: Order): void {
  const { seen } = state;
  seen.add(order.orderId);
  if (seen.size > seenOrdersLimit) seen.delete(seen.values().next().value as string);
  switch (order.kind) {
    case 'run':
      begin(state, order);
      return;
    case 'cancel':
      for (const play of [state.play, ...state.staged, ...state.toApply])
        if (play?.order.runId === order.runId) play.cancel();
      return;
    case 'inventory':
      state.desk.whole(state.memory, state.bootedAt);
      answer(state, order, null);
      return;
    case 'renew-keys':
      // Its keys come from the seed: the fleet finds them again at its next start.
      answer(state, order, 'order-not-understood');
      return;
    case 'power':
      power(state, order);
  }
}

function answer(state: State, { orderId }: Order, refusal: string | null): void {
  const reason = refusal === null ? null : { code: refusal, params: {} };
  state.outbox.put({ kind: 'order', orderId, accepted: refusal === null, reason, at: state.now() });
  state.link.sendSoon();
}

function power(state: State, order: Extract<Order, { kind: 'power' }>): void {
  const isRefused = state.play !== null && !order.force;
  answer(state, order, isRefused ? 'run-in-progress' : null);
  if (isRefused) return;
  const to = order.action === 'restart' ? 'restarting' : 'shutting-down';
  state.cancelNext();
  state.cancelNext = state.after(lifeMs(state.plan, order.delaySeconds), () => {
    state.play?.interrupt();
    state.occasion += 1;
    const ms = downMs(state.plan, state.index, to, state.occasion);
    void powerCycle(state, to, ms).then(() => state.play?.goOn());
  });
}

function begin(state: State, order: RunOrder): void {
  const { plan, index, tally, after, now, memory, outbox, link } = state;
  const script = scriptRun({ plan, index, installed: memory.installed }, order);
  const acts: Act[] = [{ kind: 'wait', ms: latencyMs(state, order) }, ...script];
  tally.add('runsBegun');
  tally.add('runsOpen');
  state.play = playRun(
    {
      after,
      now,
      put(report) {
        outbox.put(report);
        link.sendSoon();
      },
      onProgress: (batch) =>
        void link.sendProgress(batch, AbortSignal.timeout(announceMs)).catch(() => {
          // Progress that cannot be told is lost, by design.
        }),
      onReceived(bytes) {
        memory.receivedBytes += bytes;
        state.remember(index);
      },
      onInstalled(installed) {
        const before = agentVersionOf(plan, memory);
        memory.installed = installed;
        // The new agent's first word.
        if (agentVersionOf(plan, memory) !== before) link.heartbeatSoon();
        state.remember(index);
      },
      onStaged() {
        if (state.play) state.staged.push(state.play);
        state.play = null;
      },
      onPower: (to, ms) => powerCycle(state, to, ms),
      onCrash: (ms) => crash(state, ms),
      onEnd: (end) => ended(state, order, end),
    },
    order,
    acts,
  );
}

/** From the arrival of an order until the machine begins. */
function latencyMs({ plan, index }: State, { attempt, steps }: RunOrder): number {
  const share = draw(plan.seed, index, 'latency', attempt, ...steps.map(({ id }) => id));
  return lifeMs(plan, within(plan.profile.latencySeconds, share));
}

function ended(state: State, order: RunOrder, end: RunEnd): void {
  const { tally } = state;
  const isOther = (play: Play) => play.order !== order;
  state.staged = state.staged.filter(isOther);
  state.toApply = state.toApply.filter(isOther);
  if (state.play && !isOther(state.play)) state.play = null;
  tally.add('runsOpen', -1);
  if (end.kind === 'succeeded') tally.add('runsSucceeded');
  if (end.kind === 'cancelled') tally.add('runsCancelled');
  if (end.kind === 'failed') {
    tally.add('runsFailed');
    tally.runFailure(end.code);
  }
  if (state.desk.change(state.memory, state.bootedAt)) state.link.sendSoon();
  applyNext(state);
}
