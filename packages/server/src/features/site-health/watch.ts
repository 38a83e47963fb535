import {
  type HostFirewall,
  hostFirewallRepair,
  type LostContact,
  lostContact,
} from '@tenkai/domain/site-health/index.ts';
import type { SiteHealth } from '@tenkai/protocol/api/site-health.ts';
import { contactOf } from './contact.views.ts';
import { createListening } from './listening.ts';
import type { Deps } from './needs.ts';
import { tellContact, tellFirewall } from './tell.ts';

export interface HealthWatch {
  look(signal: AbortSignal): Promise<void>;
  /** For who asks before the first look. */
  lookNow(): Promise<SiteHealth>;
  latest(): SiteHealth | undefined;
}

const lookLimitMs = 60_000;

/** Looks at the site's own state, remembers it, and tells what has turned. */
export function createHealthWatch(deps: Deps): HealthWatch {
  let latest: SiteHealth | undefined;
  let inFlight: Promise<SiteHealth> | undefined;
  const listenedFor = createListening(deps.clock);
  const lookOnce = async (signal: AbortSignal): Promise<SiteHealth> => {
    const listenedForMs = listenedFor();
    const found = await deps.lookAtFirewall(deps.clock.now(), signal);
    const firewall = viewOf(found, await tellFirewall(deps, found));
    const lost = await contactLost(deps, firewall, listenedForMs);
    if (lost !== undefined) await tellContact(deps, lost, firewall);
    latest = { firewall, lostContact: lost ?? null };
    return latest;
  };
  /** Who asks while somebody looks waits for that one. */
  const look = (signal: AbortSignal) => {
    inFlight ??= lookOnce(signal).finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  };
  return {
    look: async (signal) => void (await look(signal)),
    lookNow: () => look(AbortSignal.timeout(lookLimitMs)),
    latest: () => latest,
  };
}

function viewOf(found: HostFirewall, since: number | null): SiteHealth['firewall'] {
  return {
    state: found.state,
    cause: found.state === 'not-checked' ? found.cause : null,
    since,
    checkedAt: found.check?.checkedAt ?? null,
    active: found.check?.active ?? [],
    missing: found.check?.missing ?? [],
    repair: hostFirewallRepair,
  };
}

/**
 * A firewall that is closed is the cause of a silence that did not begin before it.
 * @returns undefined: this server has not listened for long enough to miss anybody
 */
async function contactLost(
  { db, clock, sites, machines }: Deps,
  firewall: SiteHealth['firewall'],
  listenedForMs: number,
): Promise<SiteHealth['lostContact'] | undefined> {
  const { heartbeatMs, heartbeatJitterMs } = sites.settings();
  // Two reports must be missing before a machine counts as silent.
  const silenceMs = 2 * (heartbeatMs + heartbeatJitterMs);
  if (listenedForMs < silenceMs) return undefined;
  const { silent, heard } = await contactOf(db.read, clock.now(), silenceMs);
  const gone = silent.filter(({ machineId }) => !machines.isOnline(machineId));
  const picture = {
    heard: heard + silent.length - gone.length,
    togetherMs: silenceMs,
    silentSince: gone.map(({ lastSeenAt }) => lastSeenAt),
  };
  const closedSince = firewall.state === 'closed' ? (firewall.since ?? clock.now()) - silenceMs : null;
  const afterClosing = picture.silentSince.filter((at) => closedSince !== null && at >= closedSince);
  const byFirewall = lostContact({ ...picture, silentSince: afterClosing, isExpected: true });
  return withCause(byFirewall, true) ?? withCause(lostContact({ ...picture, isExpected: false }), false);
}

const withCause = (lost: LostContact | null, isByFirewall: boolean) => lost && { ...lost, isByFirewall };
