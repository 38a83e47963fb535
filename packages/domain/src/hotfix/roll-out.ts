import { defineReasons } from '../reason.ts';
import type { Reason } from '../scenario/frozen-step.ts';
import { hotfixes } from './catalogue.ts';
import type { Hotfix } from './hotfix.ts';
import { findHotfix, hotfixId, hotfixRefusal, supersededBy } from './supersedence.ts';

defineReasons({
  'hotfix-no-symptom': 'It has no certificate that shows the problem: not needed.',
  'hotfix-site-unpatched': 'Its site server {site} has not got {id} yet.',
  'hotfix-site-unknown': 'Its site {site} is not in the list of site servers.',
  'hotfix-client-unpatched': 'It has not got {id} itself yet.',
});

export interface FleetSite {
  readonly code: string;
  /** `SP1`, `SP2`; empty: unknown. */
  readonly level: string;
  readonly installed: readonly string[];
}

export interface FleetClient {
  readonly name: string;
  /** Code of the site to which it belongs. */
  readonly site: string;
  readonly level: string;
  readonly installed: readonly string[];
  /** Certificates that certfix would repair; null: nobody has looked yet. */
  readonly badCertificates: number | null;
}

export interface Fleet {
  readonly sites: readonly FleetSite[];
  readonly clients: readonly FleetClient[];
}

/** `blocked`: an earlier phase has to come first. `not-needed`: the problem does not show there (HOTFIX-08). */
export type RollOutState = 'done' | 'to-do' | 'blocked' | 'not-needed' | 'not-applicable';

export interface RollOutItem {
  readonly name: string;
  readonly state: RollOutState;
  readonly reason: Reason | null;
}

/** In this order: all site servers, then their clients, then the tool on what the clients already have (HOTFIX-09). */
export interface RollOut {
  readonly sites: readonly RollOutItem[];
  readonly clients: readonly RollOutItem[];
  /** CertFix. */
  readonly certificates: readonly RollOutItem[];
}

/**
 * Who is to get a hotfix now, and who must wait for whom. A machine without the problem is left alone; one at which
 * nobody has looked counts as having it. Source: HOTFIX-02, HOTFIX-08, HOTFIX-09, SITE-31, SITE-35.
 * @throws RangeError for an id that is not in the catalogue
 */
export function planRollOut(
  id: string,
  { sites, clients }: Fleet,
  catalogue: readonly Hotfix[] = hotfixes,
): RollOut {
  const hotfix = findHotfix(id, catalogue);
  if (!hotfix) throw new RangeError(`${hotfixId(id)} is not in the catalogue`);
  const judged = (machine: { level: string; installed: readonly string[] }) =>
    judge(hotfix.id, machine, catalogue);
  const servers = new Map(sites.map((site) => [site.code, judged(site)]));
  const clientItems = clients.map((client): RollOutItem => {
    const own = judged(client);
    if (own.state !== 'to-do') return { name: client.name, ...own };
    if (client.badCertificates === 0)
      return item(client.name, 'not-needed', { code: 'hotfix-no-symptom', params: {} });
    return { name: client.name, ...afterSite(hotfix.id, client.site, servers.get(client.site)) };
  });
  return {
    sites: sites.map(({ code }) => ({ name: code, ...(servers.get(code) ?? todo) })),
    clients: clientItems,
    certificates: clients.map((client, index) => certificatesOf(hotfix.id, client, clientItems[index])),
  };
}

type Judgement = Omit<RollOutItem, 'name'>;
const todo: Judgement = { state: 'to-do', reason: null };

const item = (name: string, state: RollOutState, reason: Reason | null = null): RollOutItem => ({
  name,
  state,
  reason,
});

function judge(
  id: string,
  { level, installed }: { level: string; installed: readonly string[] },
  catalogue: readonly Hotfix[],
): Judgement {
  const there = new Set(installed.map(hotfixId));
  // One that holds it is as good as itself.
  if (there.has(id) || supersededBy(id, catalogue).some((later) => there.has(later)))
    return { state: 'done', reason: null };
  const refusal = hotfixRefusal({ id, level, installed }, catalogue);
  return refusal ? { state: 'not-applicable', reason: refusal } : todo;
}

function afterSite(id: string, site: string, server: Judgement | undefined): Judgement {
  if (!server) return { state: 'blocked', reason: { code: 'hotfix-site-unknown', params: { site } } };
  if (server.state === 'done') return todo;
  return { state: 'blocked', reason: { code: 'hotfix-site-unpatched', params: { site, id } } };
}

/** A client that was not patched would make the next certificate as bad as the last. */
function certificatesOf(id: string, client: FleetClient, own: RollOutItem | undefined): RollOutItem {
  const { name, badCertificates } = client;
  if (badCertificates === 0)
    return own?.state === 'done'
      ? item(name, 'done')
      : item(name, 'not-needed', { code: 'hotfix-no-symptom', params: {} });
  if (own?.state === 'not-applicable') return item(name, 'not-applicable', own.reason);
  if (own?.state === 'done') return item(name, 'to-do');
  return item(name, 'blocked', { code: 'hotfix-client-unpatched', params: { id } });
}

/** The first phase in which something is to be done or waits; null: the roll-out is over. */
export function currentPhase(plan: RollOut): keyof RollOut | null {
  const isOpen = ({ state }: RollOutItem) => state === 'to-do' || state === 'blocked';
  return (['sites', 'clients', 'certificates'] as const).find((phase) => plan[phase].some(isOpen)) ?? null;
}
