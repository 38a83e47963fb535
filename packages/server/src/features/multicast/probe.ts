import type { ProbeAsk, ProbeReply } from '@tenkai/protocol/agent/probe.ts';
import { allocateAddress } from '@tenkai/transfer/multicast/address-pool.ts';
import { sendProbes } from '@tenkai/transfer/multicast/probe.ts';
import { poolOf } from './allocate-session.ts';
import type { Fitness } from './fitness.ts';
import type { Deps } from './needs.ts';
import { runningAddresses } from './sessions.store.ts';

export interface Probes {
  /** Sends to a free address for some seconds, and asks the machine's host by echo (BFWL-30). */
  ask(machineId: string, ask: ProbeAsk): Promise<ProbeReply>;
  stop(): void;
}

const forMs = 4000;
/** A test is for a person who waits for it; a fleet that asks at once is put off. */
const mostAtOnce = 8;

export function createProbes(
  { db, sites, machines, log }: Pick<Deps, 'db' | 'sites' | 'machines' | 'log'>,
  fitness: Fitness,
): Probes {
  const stopped = new AbortController();
  let running = 0;
  const send = async (key: Buffer): Promise<Pick<ProbeReply, 'multicast' | 'refusal'>> => {
    const settings = sites.settings();
    const found = fitness.current();
    if (!settings.multicast) return { multicast: null, refusal: 'off' };
    if ('refusal' in found) return { multicast: null, refusal: found.refusal.code };
    if (running >= mostAtOnce) return { multicast: null, refusal: 'busy' };
    const { group, port } = allocateAddress(poolOf(settings), await runningAddresses(db.read));
    const place = { interfaceAddress: found.card.address, ttl: settings.multicastTtl };
    running += 1;
    sendProbes({ group, port, key }, place, AbortSignal.any([stopped.signal, AbortSignal.timeout(forMs)]))
      .catch((error: unknown) => log.warn({ err: error }, 'the test of multicast could not be sent'))
      .finally(() => {
        running -= 1;
      });
    return { multicast: { group, port, forMs }, refusal: null };
  };
  return {
    async ask(machineId, { key }) {
      const { address, isAnswered } = await machines.echo(machineId);
      return { ...(await send(Buffer.from(key, 'base64'))), address, echo: isAnswered };
    },
    stop: () => stopped.abort(),
  };
}
