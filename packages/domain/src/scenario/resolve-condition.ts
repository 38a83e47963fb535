import type { RuntimeCondition } from './frozen-step.ts';
import type { StepOutcome } from './run-progress.ts';
import { type ScenarioDraft, type StepCondition, stepsWithFirst } from './scenario.ts';

/** Decides what the server can decide; `true` and `false` are decided, a condition is left for the machine. */
export type Resolved = boolean | RuntimeCondition;

/**
 * Replaces every query by its answer and folds what follows from it.
 * @param matches whether the machine matches a query of the collections' language
 */
export function resolveCondition(condition: StepCondition, matches: (query: string) => boolean): Resolved {
  switch (condition.kind) {
    case 'query':
      return matches(condition.query);
    case 'variable':
    case 'previous-step':
      return condition;
    case 'not':
      return negate(resolveCondition(condition.of, matches));
    case 'all':
    case 'any':
      return combine(
        condition.kind,
        condition.of.map((part) => resolveCondition(part, matches)),
      );
  }
}

/** Every query that planning a scenario may ask. */
export function queriesOf(scenario: Pick<ScenarioDraft, 'steps' | 'options'>): string[] {
  const nodes = stepsWithFirst(scenario).flatMap(({ step, groups }) => [...groups, step]);
  return nodes.flatMap(({ condition }) => (condition ? queriesIn(condition) : []));
}

function queriesIn(condition: StepCondition): string[] {
  switch (condition.kind) {
    case 'query':
      return [condition.query];
    case 'variable':
    case 'previous-step':
      return [];
    case 'not':
      return queriesIn(condition.of);
    case 'all':
    case 'any':
      return condition.of.flatMap(queriesIn);
  }
}

/** All conditions around a step, as one; no conditions: `true`. */
export function resolveAll(
  conditions: readonly StepCondition[],
  matches: (query: string) => boolean,
): Resolved {
  return combine(
    'all',
    conditions.map((condition) => resolveCondition(condition, matches)),
  );
}

function negate(resolved: Resolved): Resolved {
  return typeof resolved === 'boolean' ? !resolved : { kind: 'not', of: resolved };
}

/** `all` of nothing holds, `any` of nothing does not. */
function combine(kind: 'all' | 'any', parts: readonly Resolved[]): Resolved {
  const deciding = kind === 'any';
  if (parts.includes(deciding)) return deciding;
  const open = parts.filter((part): part is RuntimeCondition => typeof part !== 'boolean');
  if (open.length === 0) return !deciding;
  return open.length === 1 && open[0] ? open[0] : { kind, of: open };
}

/** What the machine knows when a step's turn comes. */
export interface RuntimeFacts {
  readonly variables: Readonly<Record<string, string>>;
  /** Outcome of the last step that was not skipped; null where there is none yet. */
  readonly previousOutcome: StepOutcome | null;
  /** Outcome of the step just before; a skipped one neither succeeded nor failed. Null at the start. */
  readonly outcomeBefore: StepOutcome | null;
}

/** The machine's half of the decision. */
export function holds(condition: RuntimeCondition, facts: RuntimeFacts): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((part) => holds(part, facts));
    case 'any':
      return condition.of.some((part) => holds(part, facts));
    case 'not':
      return !holds(condition.of, facts);
    case 'previous-step':
      return facts.previousOutcome === condition.outcome;
    case 'step-before':
      return facts.outcomeBefore === condition.outcome;
    case 'variable': {
      const value = Object.hasOwn(facts.variables, condition.name)
        ? facts.variables[condition.name]
        : undefined;
      if (condition.operator === 'exists') return value !== undefined;
      return (value === condition.value) === (condition.operator === '=');
    }
  }
}
