import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { createLink, type Link } from '@tenkai/protocol/agent/link/link.ts';
import type { LinkEvent } from '@tenkai/protocol/agent/link/link-state.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import type { PowerOrder } from '@tenkai/protocol/agent/orders.ts';
import type { HeartbeatReport, SiteFacts } from '@tenkai/protocol/agent/reports.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { presentEnrollment } from '../enrollment.ts';
import { createFirewallWatch } from '../firewall/watch.ts';
import { type Enrollment, openIdentity, removeEnrollment } from '../identity.ts';
import { openSeenOrders } from '../orders/seen-orders.ts';
import { createOrderTaker, report } from '../orders/take-orders.ts';
import { openSender, type Sender } from '../outbox/sender.ts';
import { runTurns } from '../run-turns.ts';
import { readSettings } from '../settings.ts';
import { keepSiteFacts } from '../site-facts.ts';
import { noTrouble, troubleOf } from '../trouble-text.ts';
import { createTrustWatch, type TrustWatch } from '../trust/watch.ts';
import { agentVersion } from '../version.ts';
import { createFollower } from './follow-site.ts';
import { forwardProgress, runOf } from './forward-progress.ts';
import { createGiveBack, type GiveBack } from './give-back.ts';
import { clearOldRuns } from './housekeeping.ts';
import { createInventoryReporter, type InventoryReporter } from './inventory-loop.ts';
import { carryOutPower } from './power-order.ts';
import { type RequestName, watchFolder, watchRequests } from './requests.ts';
import type { Service } from './service-state.ts';

/** One life with one enrollment. */
interface Life {
  readonly service: Service;
  readonly enrollment: Enrollment;
  readonly link: Link;
  readonly inventory: InventoryReporter;
  readonly giveBack: GiveBack;
  readonly trust: TrustWatch;
  readonly outbox: Sender;
  /** The site has put this machine in quarantine, and was not heard well since. */
  isQuarantined: boolean;
  /** The site has told its agents something new. */
  readonly onFacts: () => void;
  readonly follow: (signal: AbortSignal) => Promise<boolean>;
  /** `starting` until the first orders were asked for: only then is the machine ready for commands (BAGT-12). */
  state: HeartbeatReport['state'];
  /** Ends this life: the site does not know the machine any more. */
  readonly gone: AbortController;
  readonly signal: AbortSignal;
}

const quarantines = ['machine-quarantined', 'machine-key-shared'];
const farewellMs = 3000;
const announceMs = 5000;

/** Stays in touch with the site until the service is to stop or the enrollment no longer holds. */
export async function liveConnected(service: Service, enrollment: Enrollment): Promise<void> {
  const { data, stop } = service;
  const signer = await openIdentity(data);
  const gone = new AbortController();
  const signal = AbortSignal.any([stop, gone.signal]);
  const client = createSiteClient({ url: enrollment.server, rootCertificate: enrollment.rootCertificate });
  const firewall = createFirewallWatch(service, () => life.inventory.soon());
  const outbox = openSender({
    folder: data.outbox,
    boundary: service.boundary,
    onRejected: (number, code) => service.log.error({ number, code }, 'the site cannot take a report'),
  });
  const life: Life = {
    service,
    enrollment,
    outbox,
    isQuarantined: false,
    state: 'starting',
    gone,
    signal,
    giveBack: createGiveBack(),
    trust: createTrustWatch(service, enrollment, signal),
    onFacts: firewall.soon,
    follow: createFollower(service, enrollment),
    inventory: createInventoryReporter(service, firewall.fact, () => life.link.sendSoon()),
    link: createLink({
      ...service,
      client,
      signer,
      machineId: enrollment.machineId,
      outbox,
      random: Math.random,
      heartbeat: () => heartbeat(life),
      onOrders: (orders) => takeOrders(orders),
      onEvent: (event) => note(life, event),
    }),
  };
  const takeNew = orderTaker(life);
  const takeOrders = async (orders: Parameters<typeof takeNew>[0]) => {
    await takeNew(orders);
    service.status.set({ lastOrdersAt: service.now(), activeRuns: activeRuns(service) });
    if (life.state === 'starting') changeState(life, 'running');
  };
  watchFolder(join(data.outbox, 'new'), () => life.link.sendSoon(), signal);
  watchRequests(data, (name) => answerRequest(life, name), signal);
  service.askSite = (limit) => life.link.available(AbortSignal.any([limit, signal]));
  service.onRunClosed = () => {
    service.status.set({ activeRuns: activeRuns(service) });
    life.inventory.soon();
    clearOldRuns(data, service.outbox);
  };
  try {
    await Promise.all([
      life.link.run(signal),
      life.inventory.run(signal),
      firewall.run(signal),
      forwardProgress({ data, link: life.link }, signal),
    ]);
    await farewell(life);
  } finally {
    life.giveBack.stop();
    client.close();
    service.askSite = null;
    service.status.set({ isConnected: false });
  }
}

function answerRequest(life: Life, name: RequestName): void {
  if (name === 'check-in') life.link.checkInSoon();
  else if (name === 'inventory') life.inventory.soon();
  // Somebody has given the machine another site, or the same one at another address.
  else if (!presentEnrollment({ ...life.service, settings: readSettings(life.service.data) }))
    life.gone.abort();
}

function orderTaker(life: Life) {
  const { service, enrollment, link } = life;
  const { data, now, outbox, log, platform, stop, supervisor } = service;
  return createOrderTaker({
    ...service,
    root: new X509Certificate(enrollment.rootCertificate),
    machineId: enrollment.machineId,
    serverTime: link.serverTime,
    seen: openSeenOrders({ folder: data.orders, now }),
    log: log.child({ component: 'orders' }),
    onRun: () => supervisor.poke(),
    onInventory: () => life.inventory.whole(),
    onRenewKeys: () => renewKeys(life),
    later: (ms, act) => void pause(ms, life.signal).then(() => life.signal.aborted || act()),
    onAskAgain: link.checkInSoon,
    random: Math.random,
    onPower: (order) =>
      carryOutPower(
        {
          platform,
          log,
          stop,
          isRunning: supervisor.isRunning,
          announce: (announced) => announce(life, announced),
          onFailed: ({ orderId, action }) => {
            const params = { orderId, action };
            outbox.put({ kind: 'status', severity: 'error', code: 'power-order-failed', params, at: now() });
            changeState(life, 'running');
          },
        },
        order,
      ),
  });
}

/** Once they are replaced, the order is done: the next token of this service is asked for with the new key, too. */
async function renewKeys({ service, signal }: Life): Promise<void> {
  // Loaded when the site asks for it: hardly ever.
  const { renewMachine } = await import('../certificates/renew-machine.ts');
  let isSwitched = false;
  const onSwitched = () => {
    isSwitched = true;
  };
  const settings = readSettings(service.data);
  try {
    await renewMachine({ ...service, settings, stop: signal, onSwitched });
  } catch (error) {
    if (!isSwitched) throw error;
    service.log.warn({ err: error }, 'the keys are renewed; what follows was not done wholly');
  }
}

/** Before a machine goes down its site should know why; one that cannot be reached does not keep it up. */
async function announce(life: Life, { orderId, action }: PowerOrder): Promise<void> {
  const { service, link } = life;
  report(service, { orderId, accepted: true, reason: null });
  life.state = action === 'restart' ? 'restarting' : 'shutting-down';
  await heartbeat(life);
  await link.flush(AbortSignal.any([life.signal, AbortSignal.timeout(announceMs)])).catch(() => {});
}

function changeState(life: Life, state: HeartbeatReport['state']): void {
  life.state = state;
  life.link.heartbeatSoon();
}

async function heartbeat({ service, state }: Life): Promise<void> {
  const { platform, data, outbox } = service;
  const freeBytes = await platform.inventory.freeBytes(data.root);
  outbox.replace('heartbeat', {
    kind: 'heartbeat',
    agentVersion,
    bootId: platform.bootId(),
    bootedAt: platform.bootedAt(),
    state,
    activeRuns: activeRuns(service).map(runOf).slice(0, 100),
    freeBytes,
  });
}

function activeRuns({ data, platform }: Service): string[] {
  return runTurns(data, platform.bootId()).active.map(({ name }) => name);
}

function note(life: Life, event: LinkEvent): void {
  const { service, gone, inventory, giveBack } = life;
  const { status, log, now, data } = service;
  giveBack.afterWork();
  switch (event.type) {
    case 'connected':
      log.info('connected to the site');
      life.trust.clear();
      life.isQuarantined = false;
      status.set({ isConnected: true, ...noTrouble });
      break;
    case 'disconnected':
      log.info({ cause: causeOf(event.cause) }, 'the connection to the site has ended');
      status.set({ isConnected: false });
      break;
    case 'checked-in':
      if (event.reply.wantsInventory) inventory.whole();
      if (event.reply.site) hear(life, event.reply.site);
      service.fallback.tell(null);
      status.set({ lastCheckInAt: now(), ...noTrouble });
      break;
    case 'failed': {
      const { cause, what } = event;
      const isForgotten = cause instanceof RemoteProblem && cause.problem.code === 'machine-unknown';
      life.trust.look(cause);
      noteQuarantine(life, cause);
      const known = life.trust.problem();
      service.fallback.tell(known ?? cause);
      log.warn({ what, cause: causeOf(cause) }, 'the site could not be reached');
      if (!known) status.set(troubleOf(cause));
      if (!isForgotten) {
        follow(life);
        return;
      }
      removeEnrollment(data);
      gone.abort();
    }
  }
}

/** Two have used one key, and with it one outbox: what waits must not be taken for what the other one has said. */
function noteQuarantine(life: Life, cause: unknown): void {
  const code = cause instanceof RemoteProblem ? cause.problem.code : '';
  if (life.isQuarantined || !quarantines.includes(code)) return;
  life.isQuarantined = true;
  life.outbox.startAnew();
}

/** A disk that is full must not end the connection: the next check-in brings the facts again. */
function hear(life: Life, facts: SiteFacts): void {
  const { service, enrollment, onFacts } = life;
  try {
    if (keepSiteFacts(service.data, enrollment, facts)) onFacts();
  } catch (error) {
    service.log.error({ err: error }, 'what the site tells its agents could not be kept');
  }
  follow(life);
}

/** In the background: the old address is good as long as somebody answers there. */
function follow({ follow: goThere, gone, signal }: Life): void {
  void goThere(signal).then((hasMoved) => hasMoved && gone.abort());
}

/** A network that is away is no defect: a line of the log is enough for it. */
function causeOf(cause: unknown) {
  if (cause instanceof RemoteProblem)
    return { status: cause.status, code: cause.problem.code, message: cause.message };
  if (cause instanceof Failure) return { code: cause.code, detail: cause.detail };
  return cause === null ? null : { message: String(cause) };
}

/** The system goes down with us: the site should not think that the machine was lost. */
async function farewell(life: Life): Promise<void> {
  if (!life.service.stop.aborted || !(await life.service.platform.power.isStopping())) return;
  life.state = life.state === 'restarting' ? 'restarting' : 'shutting-down';
  await heartbeat(life);
  await life.link.flush(AbortSignal.timeout(farewellMs)).catch(() => {});
}
