import {
  asksForSoftware,
  type DeploymentDraft,
  emptyPlan,
  evaluate,
  Failure,
  type MachineFacts,
  type PlanInput,
  parseRule,
  plan,
  queriesOf,
  type RunPlan,
  type ScenarioDraft,
  type TimingDraft,
} from '@tenkai/domain';
import type { Deps } from '../needs.ts';
import { packagesOf } from '../subject.ts';

/** Plans one scenario for many machines; packages and queries are looked up and read once. */
export interface Planner {
  /** Whether a query of the scenario asks for installed software; where none does, facts may come without it. */
  readonly needsSoftware: boolean;
  /** Never throws for the scenario's own faults: they become the reason why the machine is not applicable. */
  planFor(facts: MachineFacts): RunPlan;
}

export async function createPlanner(
  deps: Pick<Deps, 'packages'>,
  scenario: ScenarioDraft,
  draft: Pick<DeploymentDraft, 'variables' | keyof TimingDraft>,
): Promise<Planner> {
  const packages = await packagesOf(deps, scenario);
  const variables = Object.fromEntries(draft.variables.map(({ name, value }) => [name, value]));
  const rules = new Map<string, ReturnType<typeof parseRule>>();
  const ruleOf = (query: string) => {
    const rule = rules.get(query) ?? parseRule(query);
    rules.set(query, rule);
    return rule;
  };
  const mayAskForSoftware = (query: string) => {
    try {
      return asksForSoftware(ruleOf(query));
    } catch {
      // One that cannot be read asks nothing: it is why the machine is not applicable.
      return false;
    }
  };
  return {
    needsSoftware: queriesOf(scenario).some(mayAskForSoftware),
    planFor(facts) {
      const matches = (query: string) => evaluate(ruleOf(query), facts).matches;
      return planSafely({ scenario, packages, facts, deployed: draft, variables, matches });
    },
  };
}

function planSafely(input: PlanInput): RunPlan {
  try {
    return plan(input);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const reason = { code: error.code, params: { ...error.params } };
    return { ...emptyPlan, state: 'not-applicable', reasons: [reason] };
  }
}
