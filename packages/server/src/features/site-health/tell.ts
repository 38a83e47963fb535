import { type HostFirewall, hostFirewallRepair } from '@tenkai/domain/site-health/host-firewall.ts';
import type { SiteHealth } from '@tenkai/protocol/api/site-health.ts';
import type { StatusMessageInput } from '../status/index.ts';
import type { Deps } from './needs.ts';
import { findState, type Item, saveState, type ToldState } from './site-health.store.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    'site-health.changed': { item: string };
  }
}

type TellDeps = Pick<Deps, 'db' | 'clock' | 'events' | 'status'>;
type Message = Pick<StatusMessageInput, 'severity' | 'code' | 'params'>;

const rulesOf = (missing: readonly { readonly rule: string }[]) =>
  [...new Set(missing.map(({ rule }) => rule))].join(', ');

/**
 * Says what has turned, once, whoever was restarted in between.
 * @returns since when the firewall is as it is; null: it was never looked at
 */
export async function tellFirewall(deps: TellDeps, found: HostFirewall): Promise<number | null> {
  // After each start of the host nobody has looked yet: nothing has turned by that.
  if (found.state === 'not-checked' && (found.cause === 'off' || found.cause === 'never')) return null;
  const detail = found.state === 'closed' ? rulesOf(found.check.missing) : '';
  return turn(deps, 'firewall', { state: found.state, detail }, (former) => firewallMessage(found, former));
}

function firewallMessage(found: HostFirewall, former: string | undefined): Message | undefined {
  if (found.state === 'not-checked')
    return { severity: 'warning', code: 'site.firewall-unchecked', params: {} };
  const { active, missing } = found.check;
  if (found.state === 'closed')
    return {
      severity: 'error',
      code: 'site.firewall-closed',
      params: { firewalls: active.join(', '), rules: rulesOf(missing), repair: hostFirewallRepair },
    };
  // That it is open at the first look ever is no news.
  return former === undefined ? undefined : { severity: 'info', code: 'site.firewall-open', params: {} };
}

export async function tellContact(
  deps: TellDeps,
  lost: SiteHealth['lostContact'],
  { missing }: SiteHealth['firewall'],
): Promise<void> {
  const state = lost ? 'lost' : 'kept';
  const detail = lost?.isByFirewall ? 'firewall' : '';
  await turn(deps, 'contact', { state, detail }, (former) => {
    if (!lost)
      return former === 'lost' ? { severity: 'info', code: 'site.contact-back', params: {} } : undefined;
    // Its cause is gone; that they come back takes until their next report.
    if (former === 'lost' && !lost.isByFirewall) return undefined;
    const { machines, of } = lost;
    return lost.isByFirewall
      ? {
          severity: 'error',
          code: 'site.contact-lost-by-firewall',
          params: { machines, of, rules: rulesOf(missing) },
        }
      : { severity: 'error', code: 'site.contact-lost', params: { machines, of } };
  });
}

interface Turn {
  readonly state: string;
  readonly detail: string;
}

/** @returns since when it is so; undefined: it has turned */
const sinceIf = (former: ToldState | undefined, { state, detail }: Turn): number | undefined =>
  former?.state === state && former.detail === detail ? former.since : undefined;

/** Writes what is new together with its message. @returns since when the item is in this state */
async function turn(
  { db, clock, events, status }: TellDeps,
  item: Item,
  next: Turn,
  messageAfter: (former: string | undefined) => Message | undefined,
): Promise<number> {
  // Nearly every look finds nothing new, and then nobody waits for a turn to write.
  const known = sinceIf(await findState(db.read, item), next);
  if (known !== undefined) return known;
  return db.transaction(async (tx) => {
    const former = await findState(tx, item);
    const told = sinceIf(former, next);
    if (told !== undefined) return told;
    const since = former?.state === next.state ? former.since : clock.now();
    await saveState(tx, item, { ...next, since });
    const message = messageAfter(former?.state);
    if (message) await status.append(tx, { ...message, component: 'server' });
    await events.publish(tx, 'site-health.changed', { item });
    return since;
  });
}
