import { X509Certificate } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import { enrollUntilDecided, isRefusal } from '@tenkai/protocol/agent/link/index.ts';
import { prepareOrderCheck } from '../machine/check-order.ts';
import type { MachineMemory } from '../machine/facts.ts';
import {
  agentVersionOf,
  hardwareFingerprintOf,
  nameOf,
  newMemory,
  operatingSystemName,
} from '../machine/facts.ts';
import { publicKeyOf, signerOf } from '../machine/keys.ts';
import { createLiveMachine, type LiveMachine } from '../machine/live-machine.ts';
import type { Surroundings } from '../machine/state.ts';
import { reasonOf } from '../machine/trouble.ts';
import { readLimits } from './limits.ts';
import type { FromWorker, WorkerSettings } from './messages.ts';
import { createSiteClients } from './site-clients.ts';
import { planAddresses } from './split.ts';
import { openNotebook } from './state-folder.ts';
import { createTallyBook } from './tally.ts';
import { createWheel } from './wheel.ts';

/** Machines that are enrolled or connected at the same time: a site is met by a crowd, not by a wall. */
const atOnce = 24;
const tellEveryMs = 500;
const writeEveryMs = 2000;

/** The machines of one process, until the signal aborts. */
export async function runWorker(
  settings: WorkerSettings,
  tell: (message: FromWorker) => void,
  signal: AbortSignal,
): Promise<void> {
  const { plan, secret, from, to } = settings;
  const wheel = createWheel();
  const tally = createTallyBook();
  const clients = createSiteClients(settings);
  const { hostname: host } = new URL(settings.url);
  const addressOf = planAddresses({ ...settings, host, limits: await readLimits() });
  const memories = new Map(settings.memories);
  const notebook = openNotebook(settings.stateFolder, from, (index) => memories.get(index));
  const around: Surroundings = {
    plan,
    secret: Buffer.from(secret, 'hex'),
    root: new X509Certificate(settings.rootCertificate),
    after: wheel.after,
    now: Date.now,
    tally,
    client: (index) => clients.of(addressOf(index)),
    remember: notebook.note,
  };
  tally.add('machines', to - from);
  prepareOrderCheck();
  const machines: LiveMachine[] = [];
  const told = setInterval(() => tell({ type: 'tally', tally: tally.read() }), tellEveryMs);
  const written = setInterval(() => void notebook.flush(), writeEveryMs);
  const indexes = Array.from({ length: to - from }, (_, place) => from + place);
  await eachOf(
    indexes,
    async (index) => {
      const memory = memories.get(index) ?? newMemory(plan, index);
      memories.set(index, memory);
      if (!(await isEnrolled(around, { ...settings, index, memory, signal }))) return;
      const machine = createLiveMachine(around, index, memory);
      machines.push(machine);
      await machine.start();
    },
    signal,
  );
  tell({ type: 'tally', tally: tally.read() });
  if (!signal.aborted) tell({ type: 'begun' });
  await aborted(signal);
  clearInterval(told);
  clearInterval(written);
  await Promise.all(machines.map((machine) => machine.stop()));
  wheel.stop();
  clients.close();
  await notebook.flush();
  tell({ type: 'tally', tally: tally.read() });
}

interface Newcomer extends Pick<WorkerSettings, 'ticket'> {
  readonly index: number;
  readonly memory: MachineMemory;
  readonly signal: AbortSignal;
}

/** Known by the site already, or taken by it now. A refusal is counted, and the machine does not take part. */
async function isEnrolled(
  around: Surroundings,
  { index, memory, ticket, signal }: Newcomer,
): Promise<boolean> {
  const { plan, secret, tally, client, remember } = around;
  if (memory.machineId !== '') {
    tally.add('enrolled');
    return true;
  }
  const deps = {
    client: client(index),
    signer: signerOf(secret, index),
    random: Math.random,
    onWait: (_: number, cause: unknown) => {
      if (cause instanceof Error) tally.trouble(`enroll:${reasonOf(cause)}`);
    },
  };
  const facts = {
    ...(ticket === null ? {} : { ticket }),
    name: nameOf(plan, index),
    signingKey: publicKeyOf(secret, index, 'signing'),
    encryptionKey: publicKeyOf(secret, index, 'encryption'),
    hardwareFingerprint: hardwareFingerprintOf(plan, index),
    agentVersion: agentVersionOf(plan, memory),
    operatingSystem: operatingSystemName(plan, index),
  };
  try {
    const { status, machineId } = await enrollUntilDecided(deps, facts, signal);
    if (status !== 'enrolled') throw new Failure('enrollment-refused', { status });
    memory.machineId = machineId;
    remember(index);
    tally.add('enrolled');
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    if (!isRefusal(error) && !(error instanceof Failure)) throw error;
    tally.add('refused');
    tally.trouble(`enroll:${reasonOf(error)}`);
    return false;
  }
}

async function eachOf(
  indexes: readonly number[],
  act: (index: number) => Promise<void>,
  signal: AbortSignal,
) {
  const queue = indexes.values();
  const walk = async () => {
    for (const index of queue) {
      if (signal.aborted) return;
      await act(index);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, walk));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
