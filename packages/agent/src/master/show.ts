import type { MasterFinding, MasterStep, Precheck } from '@tenkai/domain/master/index.ts';
import { stepName } from '@tenkai/domain/master/index.ts';
import type { ImportedDefinition } from './definitions.ts';
import type { Round } from './journal.ts';
import type { PreparedStep, PrepareReport } from './prepare.ts';
import type { Scene } from './scene.ts';

const shownChanges = 20;

export function stepLine({ step, outcome, reason, changes }: PreparedStep): string {
  const head = `step ${stepName(step)}: ${outcome === 'done' ? 'done, verified' : `not needed (${reason})`}`;
  const more = changes.length > shownChanges ? [`  and ${changes.length - shownChanges} more`] : [];
  return [head, ...changes.slice(0, shownChanges).map((change) => `  ${change}`), ...more].join('\n');
}

export function findingsText(findings: readonly MasterFinding[]): string {
  if (findings.length === 0) return 'Audit: no finding. The machine may be captured.';
  const lines = findings.map(
    ({ code, step, where }) => `${code} (repeat from step ${step}): ${someOf(where)}`,
  );
  return [`Audit: ${findings.length} findings. The machine must not be captured.`, ...lines].join('\n');
}

function someOf(where: readonly string[]): string {
  const more = where.length > 5 ? ` and ${where.length - 5} more` : '';
  return `${where.slice(0, 5).join(', ')}${more}`;
}

export function preparedText(
  { next, findings, steps }: PrepareReport,
  { isImage, system }: Pick<Scene, 'isImage' | 'system'>,
): string {
  if (next !== null) return `Next: step ${stepName(next)}`;
  const audit = findingsText(findings);
  const off = `Switch it off now, and capture it before it starts again: ${system.switchOff}`;
  const hint = findings.length > 0 || isImage ? [] : [off];
  return [...(steps.length === 0 ? ['Nothing was left to do.'] : []), audit, ...hint].join('\n');
}

export interface MasterStatus {
  readonly round: (Omit<Round, 'done'> & { readonly done: readonly string[] }) | null;
  readonly next: MasterStep | null;
  readonly precheck: Precheck;
  readonly findings: readonly MasterFinding[];
}

export function statusText({ round, next, precheck, findings }: MasterStatus): string {
  const time = (at: number) => new Date(at).toISOString();
  const lines =
    round === null
      ? ['This machine was never prepared.']
      : [
          `${round.plan.mode}, ${round.plan.profile}, begun ${time(round.begunAt)} by agent ${round.agentVersion}`,
          ...round.steps.map(
            ({ step, outcome, reason }) => `  ${step}: ${outcome}${reason ? ` (${reason})` : ''}`,
          ),
          round.finishedAt === null ? 'not finished' : `finished ${time(round.finishedAt)}`,
        ];
  const check = precheck.isGreen ? 'green' : 'red: online, and the agent may speak';
  const todo = next === null ? [] : [`Next: step ${stepName(next)}`];
  return [...lines, `Precondition: ${check}`, ...todo, findingsText(findings)].join('\n');
}

export function definitionsText(definitions: readonly ImportedDefinition[]): string {
  return definitions
    .map(({ kind, version, builtAt, sha256, signature }) =>
      [kind, `version ${version}`, builtAt, `signature ${signature}`, sha256].join('  '),
    )
    .join('\n');
}
