import {
  bytesBySubnet,
  type DeploymentDraft,
  defaultDeliveryOf,
  deliveryOf,
  type Forecast,
  type ForecastOutcome,
  type ForecastRow,
  forecastInParts,
  runSettings,
} from '@tenkai/domain';
import type {
  DeploymentWhatIf,
  DeploymentWhatIfQuestion,
  DeploymentWhatIfRow,
} from '@tenkai/protocol/api/deployments.ts';
import type { Caller } from '../../../kernel/access/caller.ts';
import { createKeptAnswers } from '../../../kernel/kept-answers.ts';
import { decodeCursor, defaultPageSize, encodeCursor } from '../../../kernel/paging.ts';
import { reasonFilter } from '../../../kernel/reason-filter.ts';
import { requireDelivery } from '../create-deployment.ts';
import type { Deps } from '../needs.ts';
import { requireCollection } from '../scope.ts';
import { freezeSubject } from '../subject.ts';
import { lineBytes, type Served } from './line-bytes.ts';
import { timingWarnings, warningsOf } from './preview-deployment.ts';
import { type ShownMachine, type WhatIfFacts, whatIfFacts } from './what-if.facts.ts';

type Answer = Omit<DeploymentWhatIf, 'machines'> & { readonly rows: readonly DeploymentWhatIfRow[] };

const mostReasons = 50;
const mostWaves = 200;
const mostSubnets = 200;
/** The event loop belongs to others after so much. */
const partMs = 15;

/** Answers what a deployment would do, machine by machine; pages of the same answer cost no new computation. */
export function createWhatIf(deps: Deps) {
  const kept = createKeptAnswers<Answer>(() => deps.clock.now());
  return async (caller: Caller, question: DeploymentWhatIfQuestion): Promise<DeploymentWhatIf> => {
    const { draft, asOf } = question;
    await requireCollection(deps, caller, draft.collectionId);
    requireDelivery(deliveryOf(draft));
    const key = JSON.stringify(draft);
    const { rows, ...answer } = await kept.get(key, asOf, () => compute(deps, draft));
    return { ...answer, machines: pageOf(rows, question) };
  };
}

async function compute(deps: Deps, asked: DeploymentDraft): Promise<Answer> {
  const askedAt = deps.clock.now();
  const subject = await freezeSubject(deps, asked.subject);
  const draft = { ...asked, delivery: asked.delivery ?? defaultDeliveryOf(subject.scenario.options) };
  const facts = await whatIfFacts(deps, draft, subject, askedAt);
  const { rows: forecasts, waves } = await inParts(facts);
  const rows = forecasts.map((row, index) => toRow(row, facts.shown[index] as ShownMachine));
  const counts = countBy(rows);
  const served = forecasts.flatMap((row, index): Served[] =>
    isTouched(row.outcome) ? [{ row, shown: facts.shown[index] as ShownMachine }] : [],
  );
  const ofLines = await lineBytes(deps, draft, served);
  const touched = served.map(({ row, shown }) => ({ ...shown, lineBytes: ofLines.get(row.id) ?? 0 }));
  const settings = runSettings(draft, subject.scenario.options);
  const subnets = bytesBySubnet(touched);
  return {
    askedAt,
    startsAt: facts.question.startsAt,
    targetCount: rows.length,
    counts,
    reasons: reasonCounts(rows),
    waves: waves.slice(0, mostWaves).map(({ count, ...wave }) => ({ ...wave, machineCount: count })),
    waveCount: waves.length,
    sources: await sourcesOf(deps, touched),
    subnets: subnets.slice(0, mostSubnets),
    subnetCount: subnets.length,
    totalBytes: touched.reduce((sum, { bytes }) => sum + bytes, 0),
    totalRestarts: touched.reduce((sum, { restarts }) => sum + restarts, 0),
    lastStartsAt: last(rows.map(({ startsAt }) => startsAt)),
    latestStartAt: lastOfAll(rows),
    warnings: [
      ...timingWarnings(draft, settings, subject.scenario),
      ...(await warningsOf(deps, draft, subject.scenario, counts.starts + counts.waits)),
    ],
    rows: rows.toSorted((a, b) => (a.machineName < b.machineName ? -1 : 1)),
  };
}

/** A fleet of thousands takes a second: others are answered meanwhile. */
async function inParts({ question }: WhatIfFacts): Promise<Forecast> {
  const parts = forecastInParts(question);
  for (let begun = performance.now(); ; ) {
    const part = parts.next();
    if (part.done) return part.value;
    if (performance.now() - begun < partMs) continue;
    await new Promise(setImmediate);
    begun = performance.now();
  }
}

function isTouched(outcome: ForecastOutcome | undefined): boolean {
  return outcome === 'starts' || outcome === 'waits';
}

function toRow({ id, ...row }: ForecastRow, shown: ShownMachine): DeploymentWhatIfRow {
  const { name, bytes, restarts, isOnline, skipped } = shown;
  const reasons = [...row.reasons, ...skipped];
  const distinct = reasons.filter(
    (one, index) => reasons.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === index,
  );
  return { machineId: id, machineName: name, ...row, reasons: distinct, bytes, restarts, isOnline };
}

function countBy(rows: readonly DeploymentWhatIfRow[]): Record<ForecastOutcome, number> {
  const counts = { starts: 0, waits: 0, never: 0, 'not-applicable': 0 };
  for (const { outcome } of rows) counts[outcome] += 1;
  return counts;
}

function reasonCounts(rows: readonly DeploymentWhatIfRow[]): DeploymentWhatIf['reasons'] {
  const found = new Map<string, DeploymentWhatIf['reasons'][number]>();
  for (const { outcome, reasons } of rows) {
    for (const reason of reasons) {
      const key = `${outcome} ${JSON.stringify(reason)}`;
      const count = (found.get(key)?.count ?? 0) + 1;
      found.set(key, { outcome, reason, count });
    }
  }
  return [...found.values()].toSorted((a, b) => b.count - a.count).slice(0, mostReasons);
}

/** Machines ask the first source of their order first. */
async function sourcesOf({ content }: Deps, machines: readonly (ShownMachine & { lineBytes: number })[]) {
  const found = new Map<string | null, { machineCount: number; bytes: number }>();
  const firstOf = new Map<string, string | null>();
  for (const { lineBytes: bytes, contents } of machines) {
    if (contents.length === 0) continue;
    const contentIds = contents.map(({ contentId }) => contentId);
    const key = contentIds.join(' ');
    if (!firstOf.has(key)) firstOf.set(key, (await content.sources(contentIds))[0] ?? null);
    const source = firstOf.get(key) ?? null;
    const sum = found.get(source) ?? { machineCount: 0, bytes: 0 };
    found.set(source, { machineCount: sum.machineCount + 1, bytes: sum.bytes + bytes });
  }
  return [...found].map(([source, sum]) => ({ source, ...sum })).toSorted((a, b) => b.bytes - a.bytes);
}

function last(times: readonly (number | null)[]): number | null {
  return times.reduce((a, b) => (a === null || b === null ? (a ?? b) : Math.max(a, b)), null);
}

/** Null where it is not known of one that starts. */
function lastOfAll(rows: readonly DeploymentWhatIfRow[]): number | null {
  const starting = rows.filter(({ outcome }) => outcome === 'starts');
  if (starting.some(({ latestStartAt }) => latestStartAt === null)) return null;
  return last(starting.map(({ latestStartAt }) => latestStartAt));
}

function pageOf(rows: readonly DeploymentWhatIfRow[], question: DeploymentWhatIfQuestion) {
  const { outcome, search, limit = defaultPageSize } = question;
  const isAskedFor = reasonFilter(question);
  const words = (search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const matching = rows.filter(
    (row) =>
      (outcome === undefined || row.outcome === outcome) &&
      isAskedFor(row.reasons) &&
      words.every((word) => row.machineName.toLowerCase().includes(word)),
  );
  const [from] = decodeCursor<[number]>(question.cursor, ['number']) ?? [0];
  const end = from + limit;
  return {
    items: matching.slice(from, end),
    nextCursor: end < matching.length ? encodeCursor([end]) : null,
    total: matching.length,
  };
}
