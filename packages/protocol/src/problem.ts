import type { Failure, FailureKind, FieldProblem } from '@tenkai/domain/failure.ts';
import { problemSentence } from '@tenkai/domain/field-problem.ts';
import type { Static } from 'typebox';
import * as Type from 'typebox';

/** One of several things that are wrong with a draft, or worth a warning. */
export const DraftProblemReply = Type.Object({
  /** Path of the field in the draft. */
  field: Type.String(),
  code: Type.String(),
  params: Type.Record(Type.String(), Type.Unknown()),
  /** The rule as an English sentence; the console has its own by code. */
  message: Type.String(),
  suggestion: Type.Optional(Type.String()),
});
export type DraftProblemReply = Static<typeof DraftProblemReply>;

/** The body of every refusal, on every route (design, section 7). */
export const Problem = Type.Object({
  code: Type.String(),
  message: Type.String(),
  detail: Type.String(),
  remedy: Type.String(),
  /** Values that the console puts into its own sentence for the code. */
  params: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  /** Field by field, where a whole draft was refused (`draft-invalid`). */
  problems: Type.Optional(Type.Array(DraftProblemReply)),
});
export type Problem = Static<typeof Problem>;

const statusOfKind: Record<FailureKind, number> = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  'too-many': 429,
  unavailable: 503,
  broken: 500,
};

/** HTTP status (RFC 9110) of a refusal. */
export function statusOf(failure: Failure): number {
  return statusOfKind[failure.kind];
}

/** What goes over the wire. */
export function toProblem(failure: Failure): Problem {
  return {
    code: failure.code,
    message: failure.message,
    detail: failure.detail,
    remedy: failure.remedy,
    params: { ...failure.params },
    ...(failure.problems.length > 0 ? { problems: failure.problems.map(toDraftProblemReply) } : {}),
  };
}

/** A problem or warning with its sentence. */
export function toDraftProblemReply(problem: FieldProblem): DraftProblemReply {
  return { ...problem, params: { ...problem.params }, message: problemSentence(problem) };
}

/** A refusal as the other side sees it: carries the server's own sentences. */
export class RemoteProblem extends Error {
  readonly status: number;
  readonly problem: Problem;
  /** Before this time is over the same request is of no use; null: nothing was said. */
  readonly retryAfterMs: number | null;

  constructor(status: number, problem: Problem, retryAfterMs: number | null = null) {
    super(problem.message);
    this.name = 'RemoteProblem';
    this.status = status;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Reads a refusal; anything that is not one (a proxy's page, nothing) becomes a problem that says so.
 * @param retryAfter the header of this name
 */
export function problemFromBody(status: number, body: unknown, retryAfter?: string | null): RemoteProblem {
  const retryAfterMs = readRetryAfter(retryAfter);
  if (isProblem(body)) return new RemoteProblem(status, body, retryAfterMs);
  const problem = {
    code: 'not-a-tenkai-answer',
    message: `The server answered with status ${status} and no explanation.`,
    detail: '',
    remedy: 'Check the address, and whether a proxy stands in between.',
  };
  return new RemoteProblem(status, problem, retryAfterMs);
}

/** Nobody stays away longer than this, whatever a proxy says. */
const longestRetryAfterMs = 10 * 60_000;

/** Seconds, as our own servers say it (RFC 9110, section 10.2.3); a date would need a clock that is right. */
function readRetryAfter(value: string | null | undefined): number | null {
  return /^\d{1,9}$/.test(value ?? '') ? Math.min(Number(value) * 1000, longestRetryAfterMs) : null;
}

function isProblem(body: unknown): body is Problem {
  if (typeof body !== 'object' || body === null) return false;
  const { code, message, detail, remedy } = body as Record<string, unknown>;
  return [code, message, detail, remedy].every((part) => typeof part === 'string');
}
