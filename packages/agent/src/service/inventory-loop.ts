import type { FirewallFact } from '@tenkai/domain';
import { createWakeUp } from '@tenkai/protocol/agent/link/wake-up.ts';
import { noteHistory, tellHistory } from '../assignment/property-history.ts';
import { lookAtCertificates } from '../certificates/health.ts';
import { agentComponents } from '../components.ts';
import { reportInventory } from '../inventory/report-inventory.ts';
import type { Service } from './service-state.ts';

export interface InventoryReporter {
  /** Something may have changed. */
  soon(): void;
  /** The site lacks what differences are made from. */
  whole(): void;
  run(signal: AbortSignal): Promise<void>;
}

const everyMs = 6 * 60 * 60_000;
/** Of many agents that were started together not all collect at the same moment. */
const jitter = 0.2;
const afterFailureMs = 10 * 60_000;

export function createInventoryReporter(
  service: Service,
  firewall: () => Promise<FirewallFact | undefined>,
  onReport: () => void,
): InventoryReporter {
  const { data, outbox, log, platform, status, now } = service;
  const wakeUp = createWakeUp();
  let wantsWhole = false;
  const components = () =>
    agentComponents({ isAssigned: true, isRunning: true, isConnected: true, power: platform.power.supports });

  const certificates = (signal: AbortSignal) => lookAtCertificates(service, signal);

  const reportOnce = async (signal: AbortSignal): Promise<number> => {
    const isWhole = wantsWhole;
    wantsWhole = false;
    try {
      noteHistory(data, 'other', now());
      tellHistory(data, outbox);
      if (await reportInventory({ ...service, components, firewall, certificates }, isWhole, signal))
        onReport();
      status.set({ lastInventoryAt: now() });
      return everyMs * (1 + jitter * (Math.random() - 0.5));
    } catch (error) {
      wantsWhole ||= isWhole;
      if (!signal.aborted) log.error({ err: error }, 'the inventory could not be collected');
      return afterFailureMs;
    }
  };
  return {
    soon: () => wakeUp.poke(),
    whole() {
      wantsWhole = true;
      wakeUp.poke();
    },
    async run(signal) {
      while (!signal.aborted) await wakeUp.wait(await reportOnce(signal), signal);
    },
  };
}
