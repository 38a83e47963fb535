import { RuntimeConditionSchema } from './scenario/frozen-step.ts';
import { StepConditionSchema, StepNodeSchema } from './scenario/scenario.ts';
import { ConditionSchema } from './software/condition.ts';

/**
 * The recursive schemas by the name under which others refer to them (`Type.Ref('Condition')`). A validator must
 * know them: fastify by `addSchema({ $id: name, ...schema })`, typebox by `Value.Check(definitions, schema, value)`.
 */
export const definitions = {
  Condition: ConditionSchema,
  StepCondition: StepConditionSchema,
  StepNode: StepNodeSchema,
  RuntimeCondition: RuntimeConditionSchema,
};
