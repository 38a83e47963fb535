import type { Reason } from '../scenario/frozen-step.ts';
import { type Boundary, matchBoundary } from './boundary.ts';
import { serviceName } from './service-record.ts';

/** Where the address of a site may come from, in the order in which they are asked (AGENT-18..21). */
export const assignmentSources = ['given', 'boundary', 'directory', 'locator', 'dns'] as const;
export type AssignmentSource = (typeof assignmentSources)[number];

/** What a machine knows before it asks anybody. */
export interface AssignmentInput {
  /** Undefined: any site whose root key is the pinned one. */
  readonly siteCode?: string | undefined;
  /** `https://host:port`, as are the next ones. */
  readonly managementPoint?: string | undefined;
  readonly locator?: string | undefined;
  /** `ldaps://host/base` of a directory in which sites publish themselves. */
  readonly directory?: string | undefined;
  readonly dnsSuffix?: string | undefined;
  /** Trust never comes from what was found: without a pinned root key nobody is asked. */
  readonly rootFingerprint?: string | undefined;
  /** Nobody is asked until it is taken away (AGENT-04). */
  readonly isHeld: boolean;
  /** Of this machine. */
  readonly addresses: readonly string[];
  /** Boundaries that the machine brought with it, such as in its image. */
  readonly boundaries: readonly (Boundary & Pick<Candidate, 'rootFingerprint'>)[];
}

export interface Candidate {
  readonly url: string;
  /** The site that the source names; null: it names none. */
  readonly siteCode: string | null;
  /** Given on purpose for this site alone; the machine's own pinned root key, where it has one, counts more. */
  readonly rootFingerprint?: string | undefined;
}

/** What a source said: addresses to try, nothing, or that it could not be asked. */
export type SourceAnswer =
  | { readonly found: readonly Candidate[] }
  | { readonly nothing: Reason }
  | { readonly failed: Reason };

/** What an address said when it was asked who it is: its root key was the pinned one, or it is refused. */
export type Greeting =
  | { readonly siteCode: string; readonly siteName: string }
  | { readonly refused: Reason };

/** Everything that was heard so far. */
export interface Heard {
  readonly answers: Readonly<Partial<Record<AssignmentSource, SourceAnswer>>>;
  readonly greetings: Readonly<Record<string, Greeting>>;
}

export interface SourceStep {
  readonly source: AssignmentSource;
  readonly verdict: 'taken' | 'nothing' | 'refused' | 'not-asked';
  readonly reason: Reason;
  /** What was asked: an address, a DNS name, the machine's addresses; empty: nothing. */
  readonly input: string;
  /** Each address that was tried, and what came of it. */
  readonly candidates: readonly { readonly url: string; readonly reason: Reason }[];
}

export interface Assignment {
  readonly source: AssignmentSource;
  readonly url: string;
  readonly siteCode: string;
  readonly siteName: string;
  /** To be pinned from now on; undefined: it is already. */
  readonly rootFingerprint?: string;
}

export type NextQuestion =
  | { readonly ask: 'source'; readonly source: AssignmentSource; readonly input: string }
  | { readonly ask: 'greeting'; readonly url: string; readonly rootFingerprint: string };

export interface AssignmentJudgement {
  /** One for each source, in their order; incomplete as long as there is a next question. */
  readonly steps: readonly SourceStep[];
  readonly next: NextQuestion | null;
  /** Null: the machine stays unassigned, or there is a next question. */
  readonly assignment: Assignment | null;
}

const reason = (code: string, params: Reason['params'] = {}): Reason => ({ code, params });

/**
 * The rule of assignment: which source is asked next, and what each one's answer means. The first source that names
 * an address whose root key is the pinned one, and whose site is the wanted one, is taken; later ones are not asked.
 * Called again with what was heard until there is no next question. A machine to which nothing was given asks nobody.
 */
export function judgeAssignment(input: AssignmentInput, heard: Heard): AssignmentJudgement {
  const steps: SourceStep[] = [];
  let assignment: Assignment | null = null;
  for (const source of assignmentSources) {
    const question = inputOf(source, input);
    const silence = assignment
      ? reason('assigned-already', { source: assignment.source })
      : whySilent(source, input);
    if (silence) {
      steps.push({ source, verdict: 'not-asked', reason: silence, input: '', candidates: [] });
      continue;
    }
    const answer = ownAnswer(source, input) ?? heard.answers[source];
    if (!answer) return { steps, next: { ask: 'source', source, input: question }, assignment: null };
    if (!('found' in answer)) {
      steps.push(emptyStep(source, question, answer));
      continue;
    }
    const tried = tryCandidates(answer.found, input, heard);
    if ('next' in tried) return { steps, next: { ask: 'greeting', ...tried.next }, assignment: null };
    if (tried.taken) assignment = { source, ...tried.taken };
    steps.push({ source, input: question, ...tried.step });
  }
  return { steps, next: null, assignment };
}

function emptyStep(
  source: AssignmentSource,
  input: string,
  answer: Exclude<SourceAnswer, { found: unknown }>,
): SourceStep {
  const isNothing = 'nothing' in answer;
  return {
    source,
    verdict: isNothing ? 'nothing' : 'refused',
    reason: isNothing ? answer.nothing : answer.failed,
    input,
    candidates: [],
  };
}

/** Why a source is not asked at all; undefined: it is. */
function whySilent(source: AssignmentSource, input: AssignmentInput): Reason | undefined {
  if (input.isHeld) return reason('assignment-held');
  const missing = {
    given: input.managementPoint === undefined && reason('management-point-not-given'),
    boundary: input.boundaries.length === 0 && reason('boundaries-not-given'),
    directory: input.directory === undefined && reason('directory-not-given'),
    locator: input.locator === undefined && reason('locator-not-given'),
    dns: input.dnsSuffix === undefined && reason('dns-suffix-not-given'),
  }[source];
  if (missing) return missing;
  const isPinned = source === 'boundary' && input.boundaries.some(({ rootFingerprint }) => rootFingerprint);
  return input.rootFingerprint === undefined && !isPinned ? reason('root-key-not-pinned') : undefined;
}

function inputOf(source: AssignmentSource, input: AssignmentInput): string {
  const { managementPoint = '', directory = '', locator = '', dnsSuffix = '', addresses, siteCode } = input;
  switch (source) {
    case 'given':
      return managementPoint;
    case 'boundary':
      return addresses.join(', ');
    case 'directory':
      return directory;
    case 'locator':
      return locator;
    case 'dns':
      return serviceName(siteCode, dnsSuffix);
  }
}

/** What the machine can answer by itself. */
function ownAnswer(source: AssignmentSource, input: AssignmentInput): SourceAnswer | undefined {
  if (source === 'given')
    return { found: [{ url: input.managementPoint ?? '', siteCode: input.siteCode ?? null }] };
  if (source !== 'boundary') return undefined;
  const match = matchBoundary(input.addresses, input.boundaries);
  if (!match) return { nothing: reason('outside-boundaries', { addresses: input.addresses.join(', ') }) };
  const { name, siteCode, managementPoint, rootFingerprint } = match.boundary;
  if (managementPoint === null) return { nothing: reason('boundary-without-address', { name }) };
  return { found: [{ url: managementPoint, siteCode, rootFingerprint }] };
}

interface Tried {
  readonly step: Pick<SourceStep, 'verdict' | 'reason' | 'candidates'>;
  readonly taken?: Omit<Assignment, 'source'>;
}

function tryCandidates(
  found: readonly Candidate[],
  { siteCode, rootFingerprint: pinned }: AssignmentInput,
  { greetings }: Heard,
): Tried | { readonly next: { readonly url: string; readonly rootFingerprint: string } } {
  const candidates: { url: string; reason: Reason }[] = [];
  for (const candidate of found) {
    const { url } = candidate;
    const pin = pinned ?? candidate.rootFingerprint;
    const other = pin === undefined ? reason('root-key-not-pinned') : whyOther(candidate.siteCode, siteCode);
    const greeting = other ? undefined : greetings[url];
    if (pin !== undefined && !other && !greeting) return { next: { url, rootFingerprint: pin } };
    const refusal = other ?? refusalOf(greeting as Greeting, siteCode ?? candidate.siteCode ?? undefined);
    candidates.push({ url, reason: refusal ?? reason('assignment-taken', { url }) });
    if (refusal) continue;
    const found = { url, ...(greeting as Exclude<Greeting, { refused: Reason }>) };
    const taken = pin === undefined || pinned !== undefined ? found : { ...found, rootFingerprint: pin };
    const step = { verdict: 'taken', reason: reason('assignment-taken', { url }), candidates } as const;
    return { step, taken };
  }
  const last = candidates.at(-1);
  if (!last) return { step: { verdict: 'nothing', reason: reason('no-usable-address'), candidates } };
  return { step: { verdict: 'refused', reason: last.reason, candidates } };
}

function refusalOf(greeting: Greeting, wanted: string | undefined): Reason | undefined {
  return 'refused' in greeting ? greeting.refused : whyOther(greeting.siteCode, wanted);
}

function whyOther(siteCode: string | null, wanted: string | undefined): Reason | undefined {
  if (siteCode === null || wanted === undefined || siteCode === wanted) return undefined;
  return reason('other-site', { siteCode, wanted });
}
