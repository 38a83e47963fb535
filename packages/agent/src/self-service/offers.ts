import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentComponent } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import type { AvailableDeployment, AvailableReply } from '@tenkai/protocol/agent/available.ts';
import type { FetchProgress } from '@tenkai/transfer';
import type { DataFolder } from '../data-folder.ts';
import { readJson, writeDurably } from '../durable-file.ts';
import { readEnrollment } from '../identity.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { openRuns } from '../run-folder.ts';
import { runOf } from '../service/forward-progress.ts';
import type { Offer, Offers } from './door-words.ts';
import { offerState } from './offer-state.ts';

export interface OffersDeps {
  readonly data: DataFolder;
  readonly outbox: Outbox;
  readonly now: () => number;
  readonly components: () => readonly AgentComponent[];
  /** Asks the site; null: there is no connection with one. */
  readonly site: () => ((signal: AbortSignal) => Promise<AvailableReply>) | null;
}

interface Known {
  readonly asOf: number;
  readonly items: readonly AvailableDeployment[];
}

/** People who look at a page ask every few seconds: the site is asked no more often than this. */
export const freshForMs = 2000;
const siteLimitMs = 5000;
/** Then a site that still offers what was asked for has not heard it, or has refused. */
const askedForMs = 60_000;

/**
 * What the site makes available to this machine, and the requests for it. What the site said last stays on the disk,
 * and a request waits in the outbox, so that neither needs the network now.
 */
export function createOffers(deps: OffersDeps) {
  const { data, outbox, now } = deps;
  const file = join(data.root, 'available.json');
  const asked = new Map<string, { readonly at: number; readonly finishedAt: number | null }>();
  let known = readJson<Known>(file);
  let asking: Promise<boolean> | undefined;

  const refresh = async (): Promise<boolean> => {
    if (known && now() >= known.asOf && now() - known.asOf < freshForMs) return true;
    const ask = deps.site();
    if (!ask) return false;
    const items = await ask(AbortSignal.timeout(siteLimitMs)).then(
      (reply) => reply.items,
      () => null,
    );
    if (items === null) return false;
    if (JSON.stringify(items) !== JSON.stringify(known?.items))
      writeDurably(file, JSON.stringify({ asOf: now(), items } satisfies Known));
    known = { asOf: now(), items };
    return true;
  };

  const list = async (): Promise<Offers> => {
    asking ??= refresh().finally(() => {
      asking = undefined;
    });
    const isFresh = await asking;
    const inHand = runsInHand(data);
    const items = (known?.items ?? []).map((item) => toOffer(item, isAsked(item), inHand.get(item.runId)));
    return { items, asOf: known?.asOf ?? null, isFresh, site: siteOf(data), components: deps.components() };
  };

  const isAsked = ({ runId, isOffered, finishedAt }: AvailableDeployment): boolean => {
    const request = asked.get(runId);
    if (!request) return false;
    // While the site cannot be reached the request is safe in the outbox.
    const isLate = deps.site() !== null && Math.abs(now() - request.at) > askedForMs;
    const isHeard = !isOffered || finishedAt !== request.finishedAt || isLate;
    if (isHeard) asked.delete(runId);
    return !isHeard;
  };

  return {
    list,
    /** Asks the site for one of them; asked again it is the same request. @throws Failure not-available */
    async install(id: string, user: string): Promise<Offer> {
      const offer = (await list()).items.find((item) => item.id === id);
      if (!offer) throw new Failure('not-available', { name: id });
      if (offer.state !== 'available' && offer.state !== 'failed') return offer;
      outbox.put({ kind: 'run-request', runId: id, user: user.slice(0, 256), at: now() });
      const finishedAt = known?.items.find(({ runId }) => runId === id)?.finishedAt ?? null;
      asked.set(id, { at: now(), finishedAt });
      return { ...offer, state: 'asked', reason: null, requestedBy: user };
    },
  };
}
export type OffersOfMachine = ReturnType<typeof createOffers>;

function siteOf(data: DataFolder): Offers['site'] {
  const enrollment = readEnrollment(data);
  return enrollment ? { code: enrollment.siteCode, name: enrollment.siteName } : null;
}

type InHand = Offer['progress'];

function runsInHand(data: DataFolder): Map<string, InHand> {
  const underWay = openRuns(data).filter(({ folder }) => !existsSync(folder.staged));
  return new Map(
    underWay.map(({ folder }) => {
      const progress = readJson<FetchProgress>(folder.progress);
      const { bytesDone, bytesTotal } = progress ?? {};
      const shown = bytesDone === undefined || bytesTotal === undefined ? null : { bytesDone, bytesTotal };
      return [runOf(folder.name).runId, shown];
    }),
  );
}

function toOffer(item: AvailableDeployment, isAsked: boolean, inHand: InHand | undefined): Offer {
  const { runId, deploymentId, name, description, reason, waitsUntil, requestedBy } = item;
  const state = offerState(item, { isAsked, isInHand: inHand !== undefined });
  const isExplained = state === 'waiting' || state === 'failed' || state === 'installing';
  return {
    id: runId,
    deploymentId,
    name,
    description,
    state,
    reason: isExplained ? reason : null,
    waitsUntil,
    requestedBy,
    progress: inHand ?? null,
  };
}
