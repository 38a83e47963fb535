import { randomBytes } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Reason } from '@tenkai/domain';
import type { SiteSettings } from '@tenkai/protocol/api/site.ts';
import { checkMulticast } from '@tenkai/transfer/multicast/preflight.ts';
import { routeTo } from '@tenkai/transfer/own-route.ts';
import type { Deps } from './needs.ts';

/** The card by which the site sends. */
export interface Card {
  readonly address: string;
  /** With the length of its prefix: `10.0.0.1/24`. */
  readonly network: string;
}

export type Found = { readonly card: Card } | { readonly refusal: Reason };

/** Whether this site can send by multicast, as last looked at. */
export interface Fitness {
  readonly current: () => Found;
  /** Looks anew; `host`: where the site listens. */
  look(): Promise<void>;
}

const off: Found = { refusal: { code: 'unicast-no-multicast', params: {} } };

export function createFitness(
  { sites, status, log }: Pick<Deps, 'sites' | 'status' | 'log'>,
  host: () => string | undefined,
): Fitness {
  let found = off;
  const set = async (next: Found) => {
    const isSame = JSON.stringify(next) === JSON.stringify(found);
    found = next;
    if (isSame) return;
    log.info(next, 'looked whether multicast works');
    if ('card' in next || next.refusal.code !== 'unicast-multicast-unfit') return;
    const { params } = next.refusal;
    await status.note({ severity: 'warning', component: 'multicast', code: 'multicast-unfit', params });
  };
  return {
    current: () => found,
    async look() {
      const listensAt = host();
      const settings = sites.settings();
      await set(listensAt === undefined || !settings.multicast ? off : await lookAt(settings, listensAt));
    },
  };
}

async function lookAt(settings: SiteSettings, listensAt: string): Promise<Found> {
  const address = settings.multicastInterface ?? (await usualAddress(settings.multicastFirst, listensAt));
  const own = ownAddresses().find((one) => one.address === address);
  if (!own?.cidr) return unfit('no-such-address', address);
  const group = settings.multicastFirst;
  const fit = await checkMulticast(
    { group, port: settings.multicastFirstPort, key: randomBytes(32) },
    { interfaceAddress: address, ttl: settings.multicastTtl },
  );
  return fit.isFit ? { card: { address, network: own.cidr } } : unfit(fit.reason, fit.detail);
}

export function unfit(problem: string, detail: string): { refusal: Reason } {
  return { refusal: { code: 'unicast-multicast-unfit', params: { problem, detail: detail.slice(0, 200) } } };
}

function ownAddresses() {
  const all = Object.values(networkInterfaces()).flatMap((card) => card ?? []);
  return all.filter(({ family }) => family === 'IPv4');
}

/** The one address at which the site listens; else where the system's routes lead; else the first card. */
async function usualAddress(group: string, listensAt: string): Promise<string> {
  if (isIPv4(listensAt) && listensAt !== '0.0.0.0') return listensAt;
  const own = ownAddresses().filter(({ internal }) => !internal);
  const route = await routeTo(group);
  const found = own.find(({ address }) => 'own' in route && address === route.own) ?? own[0];
  return found?.address ?? '';
}
