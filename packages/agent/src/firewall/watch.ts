import type { FirewallFact } from '@tenkai/domain';
import {
  closeFirewall,
  type FirewallReport,
  openFirewall,
  planFirewall,
} from '@tenkai/domain/firewall/index.ts';
import { createWakeUp } from '@tenkai/protocol/agent/link/wake-up.ts';
import type { Service } from '../service/service-state.ts';
import { readSettings } from '../settings.ts';
import { carryOut, factOf, firewallInput, isKeptOpen } from './own-firewall.ts';

const everyMs = 10 * 60_000;

export interface FirewallWatch {
  /** The latest look, once there was a first one; undefined: none was possible, or nobody wants one any more. */
  fact(): Promise<FirewallFact | undefined>;
  /** The site has told something new: other rules may be needed. */
  soon(): void;
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Looks at the firewall at the start and on a timer: it may be turned on, put back or flushed at any time (BFWL-03,
 * BFWL-04). What was opened once is brought back; else the site is told what is missing.
 * @param onChange the site should hear of it
 */
export function createFirewallWatch(service: Service, onChange: () => void): FirewallWatch {
  const { data, log, env } = service;
  let fact: FirewallFact | undefined;
  const again = createWakeUp();
  const first = Promise.withResolvers<void>();
  let isFirst = true;
  const intervalMs = Number(env.TENKAI_FIREWALL_CHECK_MS) || everyMs;

  const hold = (next: FirewallFact | undefined) => {
    if (JSON.stringify(next) === JSON.stringify(fact)) return;
    // What is no longer looked at is neither open nor closed: only the inventory says so.
    if (next) tell(service, next, fact);
    fact = next;
    // The first inventory waits for the first look, and has it.
    if (!isFirst) onChange();
  };
  const lookOnce = async (signal: AbortSignal) => {
    const settings = readSettings(data);
    if (settings.firewall?.mode === 'off' || !mayLook(settings.root)) return hold(undefined);
    const input = await firewallInput(data, settings);
    const isKept = isKeptOpen(data, settings);
    const report: FirewallReport = await carryOut(isKept ? openFirewall(input) : planFirewall(input), signal);
    // Somebody closed it while it was being opened: the last word is his.
    if (isKept && !isKeptOpen(data, settings)) {
      await carryOut(closeFirewall(input), signal);
      return;
    }
    if (report.isDone && report.commands.length > 0)
      log.warn({ commands: report.commands }, 'rules of the firewall were brought back');
    hold(factOf(report));
  };
  return {
    async fact() {
      await first.promise;
      return fact;
    },
    soon: () => again.poke(),
    async run(signal) {
      signal.addEventListener('abort', () => first.resolve());
      while (!signal.aborted) {
        await lookOnce(signal).catch((error: unknown) => {
          if (!signal.aborted) log.error({ err: error }, 'the firewall could not be looked at');
        });
        isFirst = false;
        first.resolve();
        await again.wait(intervalMs, signal);
      }
    },
  };
}

/** A folder that stands for a machine has no firewall of its own. */
function mayLook(root: string | undefined): boolean {
  return root === undefined && (process.platform === 'win32' || process.getuid?.() === 0);
}

function tell({ outbox, now }: Service, next: FirewallFact, before: FirewallFact | undefined): void {
  const names = (fact: FirewallFact | undefined) => fact?.missing.map(({ rule }) => rule).join(', ') ?? '';
  const rules = names(next);
  if (rules === names(before)) return;
  const closed = {
    severity: 'warning',
    code: 'machine.firewall-closed',
    params: { rules, firewalls: next.active.join(', ') },
  };
  const opened = { severity: 'info', code: 'machine.firewall-open', params: {} };
  outbox.put({ kind: 'status', ...(rules === '' ? opened : closed), at: now() } as Parameters<
    typeof outbox.put
  >[0]);
}
