import type { Reason } from '../scenario/frozen-step.ts';
import { restartTimeMs } from '../scenario/step-time.ts';
import { fitsWindow } from '../schedule/window-fit.ts';
import type { SoftwarePackage } from '../software/software-package.ts';
import { type JudgeInput, judgeUpdates, type UpdateJudgement, type UpdatePair } from './judge.ts';
import type { UpdatePolicy } from './policy.ts';
import { nextSetTime } from './timing.ts';
import type { UpdateState } from './update-state.ts';

/** What is to be expected of one package on one machine. Times in epoch milliseconds. */
export interface UpdateExpectation {
  readonly packageId: string;
  readonly state: UpdateState;
  readonly reason: Reason | null;
  /** When its run begins at the earliest; null: it does not, or waits for what nobody can date. */
  readonly startsAt: number | null;
  readonly ring: number;
}

/** `gains`: gets a date; `loses`: has none any more; `otherwise`: another state or reason, and no date in either. */
export type UpdateChange = 'gains' | 'loses' | 'sooner' | 'later' | 'otherwise' | 'same';

/** A wait may end in another one: ring, set time, window. */
const mostWaits = 4;

/**
 * When each package goes to a machine, found by asking the judge again at the times at which it says that something
 * changes; of rings the earliest: each one before has it as soon as it may, and proves itself for its soak time. Pure.
 * Source: BAUT-05, BAUT-20, BAUT-25.
 */
export function forecastUpdates(input: JudgeInput): UpdateExpectation[] {
  const judged = judgeUpdates(input).packages.filter(({ concerns }) => concerns);
  const remembered = rememberWanted(input, judged);
  return judged.map((judgement) => {
    const { packageId, state, reason } = judgement;
    const software = input.packages.get(packageId);
    const date = software ? dateOf(software, judgement, remembered) : { startsAt: null, reason };
    return { packageId, state, ring: input.machine.ring, ...date };
  });
}

/** What a change of settings means for a package on a machine. */
export function updateChange(
  present: UpdateExpectation | undefined,
  proposed: UpdateExpectation | undefined,
): UpdateChange {
  const [before, after] = [present?.startsAt ?? null, proposed?.startsAt ?? null];
  if (before !== null && after !== null)
    return before === after ? 'same' : after < before ? 'sooner' : 'later';
  if (before !== null) return 'loses';
  if (after !== null) return 'gains';
  const isSame = present?.state === proposed?.state && present?.reason?.code === proposed?.reason?.code;
  return isSame ? 'same' : 'otherwise';
}

/** Asked again later, the judge must know that it is wanted since now, as the site would. */
function rememberWanted(input: JudgeInput, judged: readonly UpdateJudgement[]): JudgeInput {
  const pairs = new Map(input.machine.pairs);
  for (const { packageId, isWanted } of judged) {
    const pair = pairs.get(packageId) ?? newPair;
    if (isWanted) pairs.set(packageId, { ...pair, since: pair.since ?? input.nowMs });
  }
  return { ...input, machine: { ...input.machine, pairs, openRun: null } };
}

const newPair: UpdatePair = { since: null, attempts: 0, retryAt: null, held: null, isContinuing: false };

type Dated = Pick<UpdateExpectation, 'startsAt' | 'reason'>;

function dateOf(software: SoftwarePackage, first: UpdateJudgement, input: JudgeInput): Dated {
  let judgement = first;
  let asked = input;
  for (let waits = 0; waits <= mostWaits; waits += 1) {
    if (judgement.state === 'delivering') return windowDate(software, asked, first.reason);
    const later = laterQuestion(software, judgement, asked);
    if (!later) break;
    asked = later;
    const again = judgeUpdates(later).packages.find(({ packageId }) => packageId === software.id);
    if (!again) break;
    judgement = again;
  }
  return { startsAt: null, reason: first.reason };
}

function laterQuestion(
  software: SoftwarePackage,
  { state, reason, until }: UpdateJudgement,
  input: JudgeInput,
): JudgeInput | null {
  if (reason?.code === 'update-ring') return ringQuestion(software, input);
  const canEnd = state === 'waiting-time' || state === 'waiting-start' || state === 'failed';
  return canEnd && until !== null && until > input.nowMs ? { ...input, nowMs: until } : null;
}

/** The moment at which the machine's ring is opened at the earliest. */
function ringQuestion(software: SoftwarePackage, input: JudgeInput): JudgeInput | null {
  const { machine, policy, releases } = input;
  const release = releases.get(software.id) ?? { registeredAt: input.nowMs, openRing: 0, held: null };
  let at = input.nowMs;
  for (let ring = release.openRing; ring < machine.ring; ring += 1) {
    const startsAt = software.urgency === 'high' ? nextSetTime(policy, at - 1) : at;
    if (startsAt === null) return null;
    at = startsAt + (policy.rings[ring]?.soakMinutes ?? 0) * 60_000;
  }
  const opened = new Map(releases).set(software.id, { ...release, openRing: machine.ring });
  const pairs = new Map(machine.pairs);
  pairs.set(software.id, { ...(pairs.get(software.id) ?? newPair), since: at });
  return { ...input, nowMs: at, releases: opened, machine: { ...machine, pairs } };
}

/** The run itself has to fit a window, or need none (BAUT-20). */
function windowDate(
  software: SoftwarePackage,
  { machine, policy, nowMs }: JudgeInput,
  reason: Reason | null,
): Dated {
  if (!needsWindow(software, policy)) return { startsAt: nowMs, reason };
  const fit = fitsWindow({ windows: machine.windows, nowMs, maxRunTimeMs: runTimeOf(software) });
  return fit.fits ? { startsAt: nowMs, reason } : { startsAt: fit.earliestAt, reason: fit.reason };
}

function needsWindow({ standalone, type }: SoftwarePackage, policy: UpdatePolicy): boolean {
  if (policy.installWindows === 'respect') return true;
  return policy.restartWindows === 'respect' && (standalone || type === 'service-pack');
}

function runTimeOf({ programs, restartAfterInstall }: SoftwarePackage): number {
  const minutes = programs[0]?.options.maxRunTimeMinutes ?? 0;
  return minutes * 60_000 + (restartAfterInstall ? restartTimeMs : 0);
}
