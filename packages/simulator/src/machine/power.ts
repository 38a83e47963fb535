import { draw, type Range, within } from '../draws.ts';
import { lifeMs } from './fleet-plan.ts';
import { heartbeatOf, type State, setOnline } from './state.ts';

/** Before a machine goes down its site should know why. */
export const announceMs = 5000;

function connect(state: State): void {
  const control = new AbortController();
  state.line = { control, ended: state.link.run(control.signal) };
}

export async function disconnect(state: State): Promise<void> {
  const { line } = state;
  state.line = null;
  line?.control.abort();
  await line?.ended;
  setOnline(state, false);
}

/** From *off* to *on*: another boot unless it is the simulator that has just been started. */
export async function switchOn(state: State): Promise<void> {
  state.phase = 'starting';
  state.bootedAt = state.now();
  if (!state.memory.isOn) {
    state.memory.isOn = true;
    state.memory.boots += 1;
    state.remember(state.index);
    state.toApply.push(...state.staged.splice(0));
  }
  const first = new Promise<void>((resolve) => {
    state.onFirst = resolve;
  });
  // The link remembers when its next heartbeat is due; a machine that has just started says so at once.
  state.link.heartbeatSoon();
  if (state.desk.change(state.memory, state.bootedAt)) state.link.sendSoon();
  connect(state);
  awaitNext(state);
  applyNext(state);
  await first;
}

/** Staged runs in their order, one at a time. */
export function applyNext(state: State): void {
  if (state.play || !state.memory.isOn) return;
  state.play = state.toApply.shift() ?? null;
  state.play?.apply();
}

/** Power and network as the profile has them: one thing happens next. */
function awaitNext(state: State): void {
  const { plan, index } = state;
  const { power, network } = plan.profile;
  state.occasion += 1;
  const onMs = power.onMinutes && drawnMs(state, 'on', power.onMinutes, 60);
  const upMs = network.upMinutes && drawnMs(state, 'up', network.upMinutes, 60);
  state.cancelNext();
  state.cancelNext = () => {};
  if (upMs !== null && (onMs === null || upMs < onMs)) {
    const awayMs = lifeMs(plan, within(network.awaySeconds, draw(plan.seed, index, 'away', state.occasion)));
    state.cancelNext = state.after(upMs, () => void loseLine(state, awayMs));
  } else if (onMs !== null) state.cancelNext = state.after(onMs, () => void powerFails(state));
}

function drawnMs({ plan, index, occasion }: State, what: string, range: Range, seconds: number) {
  return lifeMs(plan, within(range, draw(plan.seed, index, what, occasion)) * seconds);
}

/** The line is gone for a while; what the machine does goes on, and is told afterwards. */
async function loseLine(state: State, awayMs: number): Promise<void> {
  await disconnect(state);
  if (state.isStopped || !state.memory.isOn) return;
  state.cancelNext = state.after(awayMs, () => {
    connect(state);
    awaitNext(state);
  });
}

/** Somebody switches the machine off; its run goes on when it is on again. */
async function powerFails(state: State): Promise<void> {
  state.play?.interrupt();
  await goDown(state, 'shutting-down');
  switchOnLater(state, () => state.play?.goOn());
}

export function switchOnLater(state: State, then: () => void = () => {}): void {
  if (state.isStopped) return;
  state.occasion += 1;
  const ms = drawnMs(state, 'off', state.plan.profile.power.offMinutes, 60);
  state.cancelNext = state.after(ms, () => {
    state.tally.add('off', -1);
    then();
    void switchOn(state);
  });
}

/** Says why, as far as the site can be reached, and is gone. */
async function goDown(state: State, to: 'restarting' | 'shutting-down'): Promise<void> {
  state.cancelNext();
  state.phase = to;
  state.outbox.putHeartbeat(heartbeatOf(state));
  if (state.line) await state.link.flush(AbortSignal.timeout(announceMs)).catch(() => {});
  await beGone(state);
}

async function beGone(state: State): Promise<void> {
  state.cancelNext();
  await disconnect(state);
  state.memory.isOn = false;
  state.tally.add('off');
  state.remember(state.index);
}

/** A restart or shut-down that was asked for; resolves when the machine is up again. */
export async function powerCycle(
  state: State,
  to: 'restarting' | 'shutting-down',
  ms: number,
): Promise<void> {
  await goDown(state, to);
  if (state.isStopped) return;
  if (to === 'restarting') state.tally.add('restarts');
  await upAfter(state, ms);
}

/** A restart that nobody asked for and nobody is told of: the line is cut, and the next boot speaks first. */
export async function crash(state: State, ms: number): Promise<void> {
  await beGone(state);
  if (state.isStopped) return;
  state.tally.add('crashes');
  await upAfter(state, ms);
}

async function upAfter(state: State, ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    state.cancelNext = state.after(ms, resolve);
  });
  state.tally.add('off', -1);
  void switchOn(state);
}
