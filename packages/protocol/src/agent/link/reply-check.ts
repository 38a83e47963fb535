import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Check } from 'typebox/value';

interface Known {
  asked: number;
  compiled?: ReturnType<typeof Compile>;
}

/** An agent has so many answers of one kind in an hour: what it compiles at its start delays the start. */
const asksBeforeCompiling = 50;

const known = new WeakMap<TSchema, Known>();

/** Whether an answer has the form that was agreed on. */
export function isReply(schema: TSchema, value: unknown): boolean {
  const check = known.get(schema) ?? { asked: 0 };
  known.set(schema, check);
  check.asked += 1;
  if (check.asked < asksBeforeCompiling) return Check(schema, value);
  check.compiled ??= Compile(schema);
  return check.compiled.Check(value);
}
