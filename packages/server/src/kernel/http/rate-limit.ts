import { isIPv6 } from 'node:net';
import { defineFailures, Failure } from '@tenkai/domain/failure.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';

defineFailures({
  'too-many-requests': {
    kind: 'too-many',
    message: 'This address asks too often; wait {seconds} seconds.',
    remedy: 'Wait. An agent does so by itself.',
  },
  'site-busy': {
    kind: 'unavailable',
    message: 'The site takes no more of these requests at the moment; wait {seconds} seconds.',
    remedy: 'Wait. An agent does so by itself.',
  },
});

export interface Allowance {
  /** Requests in a row before it matters how fast they come. */
  readonly burst: number;
  readonly perSecond: number;
}

export interface RateLimit {
  /** @throws Failure too-many-requests (this address), site-busy (all together); both carry `seconds` */
  take(address: string): void;
}

/** Bounds memory under attack from many addresses: the one seen longest ago is forgotten first. */
const maxAddresses = 20_000;
const everybody = '*';

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** Token buckets for what a stranger may ask: one for each address, and one for all of them. */
export function createRateLimit(clock: Clock, { each, all }: { each: Allowance; all: Allowance }): RateLimit {
  const buckets = new Map<string, Bucket>();
  const take = (key: string, { burst, perSecond }: Allowance): number => {
    const now = clock.now();
    const found = buckets.get(key) ?? { tokens: burst, at: now };
    // A clock that was put back takes nothing away.
    const tokens = Math.min(burst, found.tokens + (Math.max(0, now - found.at) / 1000) * perSecond);
    buckets.delete(key);
    buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    if (buckets.size > maxAddresses) buckets.delete(oldest(buckets));
    return tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perSecond);
  };
  return {
    take(address) {
      const own = take(keyOf(address), each);
      if (own > 0) throw new Failure('too-many-requests', { seconds: own });
      const common = take(everybody, all);
      if (common > 0) throw new Failure('site-busy', { seconds: common });
    },
  };
}

/** Takes one for who asks. @throws what `take` throws, after `retry-after` was set */
export function takeTurn(limit: RateLimit, request: FastifyRequest, reply: FastifyReply): void {
  try {
    limit.take(request.ip);
  } catch (error) {
    if (error instanceof Failure) reply.header('retry-after', String(error.params.seconds));
    throw error;
  }
}

function oldest(buckets: Map<string, Bucket>): string {
  for (const key of buckets.keys()) if (key !== everybody) return key;
  return everybody;
}

/** One host has a whole /64 of IPv6 addresses (RFC 4291, section 2.5.4). */
function keyOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  return isIPv6(address) ? prefix64(address) : address;
}

function prefix64(address: string): string {
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const all = [...groups, ...Array<string>(Math.max(missing, 0)).fill('0'), ...(tail ? tail.split(':') : [])];
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
