import { networkInterfaces } from 'node:os';
import {
  type AssignmentInput,
  type AssignmentJudgement,
  type AssignmentSource,
  type Greeting,
  judgeAssignment,
  type NextQuestion,
  type SourceAnswer,
} from '@tenkai/domain/assignment/assignment.ts';
import type { Settings } from '../settings.ts';
import { askDns } from './ask-dns.ts';
import { askLocator } from './ask-locator.ts';
import { greet } from './greet.ts';

/** What these settings say about assignment, with the addresses that this machine has now. */
export function assignmentInput({ rootFingerprint, server, assignment = {} }: Settings): AssignmentInput {
  const { siteCode, foundBy, directory, locator, dnsSuffix, isHeld = false, boundaries = [] } = assignment;
  return {
    siteCode,
    // An address by `enroll` was given on purpose too.
    managementPoint: assignment.managementPoint ?? (foundBy === undefined ? server : undefined),
    directory,
    locator,
    dnsSuffix,
    rootFingerprint,
    isHeld,
    addresses: ownAddresses(),
    boundaries: boundaries.map((boundary) => ({ ...boundary, isForAssignment: true })),
  };
}

/** What a locator is told at most. */
const maxAddresses = 64;

function ownAddresses(): string[] {
  const cards = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return cards.flatMap(({ internal, address }) => (internal ? [] : [address])).slice(0, maxAddresses);
}

/**
 * Asks the sources in their order until one has named this machine's site, or none is left. A source to which nothing
 * was given is not asked; with no settings at all nothing leaves this machine.
 * @throws the signal's reason
 */
export async function findSite(settings: Settings, signal: AbortSignal): Promise<AssignmentJudgement> {
  const input = assignmentInput(settings);
  const answers: Partial<Record<AssignmentSource, SourceAnswer>> = {};
  const greetings: Record<string, Greeting> = {};
  for (;;) {
    const judgement = judgeAssignment(input, { answers, greetings });
    const { next } = judgement;
    if (!next) return judgement;
    if (next.ask === 'greeting') greetings[next.url] = await greet(next.url, next.rootFingerprint, signal);
    else answers[next.source] = await askSource(next, settings, input, signal);
  }
}

async function askSource(
  { source, input: question }: Extract<NextQuestion, { ask: 'source' }>,
  { assignment = {} }: Settings,
  { siteCode, addresses }: AssignmentInput,
  signal: AbortSignal,
): Promise<SourceAnswer> {
  const chosen = siteCode === undefined ? {} : { siteCode };
  if (source === 'directory') {
    const { askDirectory } = await import('./ask-directory.ts');
    return askDirectory({ ...assignment, url: question }, { addresses, ...chosen }, signal);
  }
  if (source === 'locator') return askLocator(question, { addresses: [...addresses], ...chosen }, signal);
  if (source === 'dns')
    return askDns(question, siteCode, { servers: assignment.dnsServers, random: Math.random }, signal);
  throw new Error(`the machine answers by itself for ${source}`);
}
