import type { ConditionLeaf, LeafFact } from '@tenkai/domain';
import { canonicalJson } from '@tenkai/domain/canonical-json.ts';
import { leavesOf } from '@tenkai/domain/software/condition.ts';
import { evaluateCondition } from '@tenkai/domain/software/condition-evaluation.ts';
import { describeFound, detectAll, versionFound } from './detect-all.ts';
import { judgeExit } from './judge-exit.ts';
import { runMainProgram } from './run-main-program.ts';
import { runScriptText } from './run-script.ts';
import {
  failed,
  type StepContext,
  type StepEnd,
  type StepHandler,
  type StepOf,
  skipped,
  succeeded,
  TryAgain,
} from './step.ts';

type Install = StepOf<'install-package'>;

const hookTimeoutMs = 15 * 60_000;

/**
 * Installs a package and believes nothing but detection (law 8, BPKG-35): what is there already is not run again,
 * what ends with 0 and is not there has failed, and what was interrupted is looked for before it is run again.
 */
export const installPackage: StepHandler<'install-package'> = async (context, step) => {
  const early = context.noted ? null : await lookBefore(context, step);
  if (early) return early;
  const isThere = context.tries > 1 && (await look(context, step)).isDetected;
  const run = isThere ? succeeded() : await runInstaller(context, step);
  // A failure shows what is there too: an installer may have come half-way.
  if (run.outcome !== 'succeeded') return verified(context, step, run);
  const after = await runHook(context, step, 'after');
  return verified(context, step, { ...run, ...(after ?? {}), logTail: joined(run, after) });
};

/** Nothing has been changed yet: is it needed at all? */
async function lookBefore(context: StepContext, step: Install): Promise<StepEnd | null> {
  const refusal = await conditionRefusal(context, step);
  if (refusal) return refusal;
  const { results, isDetected, version } = await look(context, step);
  if (isDetected) {
    const found = { detection: results, versionBefore: version, versionAfter: version };
    return skipped('already-installed', { found: describeFound(results) }, found);
  }
  await context.note(version);
  return null;
}

async function conditionRefusal(
  { platform, signal }: StepContext,
  { applicableWhen }: Install,
): Promise<StepEnd | null> {
  if (!applicableWhen) return null;
  const facts = new Map<string, LeafFact>();
  for (const leaf of leavesOf(applicableWhen)) {
    facts.set(canonicalJson(leaf), await platform.detection.probe(leaf, signal));
  }
  const probe = (leaf: ConditionLeaf) =>
    facts.get(canonicalJson(leaf)) ?? ({ state: 'unknown', cause: '' } as const);
  const { holds, reasons } = evaluateCondition(applicableWhen, probe);
  return holds ? null : skipped('condition-not-met', reasons[0]?.params ?? {});
}

async function look({ platform, signal }: StepContext, { detection }: Install) {
  const { results, isDetected } = await detectAll(platform.detection, detection, signal);
  return { results, isDetected, version: await versionFound(platform.detection, detection, results, signal) };
}

/** The hook before it and the program itself. */
async function runInstaller(context: StepContext, step: Install): Promise<StepEnd> {
  const before = await runHook(context, step, 'before');
  if (before && before.outcome !== 'succeeded') return before;
  const outcome = await runMainProgram(context, step);
  if (outcome.kind === 'lost' && step.detection.length > 0) {
    if ((await look(context, step)).isDetected) return succeeded({ logTail: outcome.logTail });
    throw new TryAgain(outcome.logTail);
  }
  return judgeExit(context, outcome, step.exitCodes, step.timeoutMs);
}

async function runHook(
  context: StepContext,
  step: Install,
  label: 'before' | 'after',
): Promise<StepEnd | null> {
  const script = step[label];
  if (!script) return null;
  const outcome = await runScriptText(context, { label, script, timeoutMs: hookTimeoutMs });
  if (outcome.kind === 'lost') throw new TryAgain(outcome.logTail);
  const end = judgeExit(context, outcome, { success: [0], restart: [] }, hookTimeoutMs);
  if (end.outcome === 'succeeded') return succeeded({ logTail: outcome.logTail });
  const { exitCode = null, logTail = '' } = end;
  return failed(`${label}-script-failed`, { exitCode }, { exitCode, logTail });
}

function joined(run: StepEnd, after: StepEnd | null): string {
  return [run.logTail, after?.logTail]
    .filter((text) => text)
    .join('\n')
    .slice(-8000);
}

/** Law 8: a success is what detection calls one. */
async function verified(context: StepContext, step: Install, run: StepEnd): Promise<StepEnd> {
  const { results, isDetected, version } = await look(context, step);
  const end = {
    ...run,
    detection: results,
    versionBefore: context.noted?.versionBefore ?? null,
    versionAfter: version,
  };
  if (run.outcome !== 'succeeded' || isDetected || step.detection.length === 0) return end;
  const reason = { code: 'not-detected', params: { found: describeFound(results) } };
  return { ...end, outcome: 'failed', reason };
}
