/** What went wrong, seen from the caller: the rim maps it to an HTTP status or an exit status. */
export type FailureKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'too-many'
  | 'unavailable'
  | 'broken';

export interface FailureEntry {
  readonly kind: FailureKind;
  /** One sentence; `{name}` is replaced by the parameter of that name. */
  readonly message: string;
  /** The way out, addressed to the person who can take it. */
  readonly remedy: string;
}

export type FailureParams = Readonly<Record<string, string | number | boolean | null>>;

/**
 * One of several things that are wrong with what somebody filled in. `code` has its sentence in the table, and in
 * the console.
 */
export interface FieldProblem {
  /** Path of the field in the draft: `releaseDate`, `programs[1].executable`. */
  readonly field: string;
  readonly code: string;
  readonly params: FailureParams;
  /** What would be right, where we know (BPKG-09). */
  readonly suggestion?: string;
}

const table: Record<string, FailureEntry> = {};

/**
 * Adds the failures of one room to the table. A code is defined once for ever.
 * @throws Error when a code is already taken: a programming mistake, found at start-up.
 */
export function defineFailures<T extends Record<string, FailureEntry>>(entries: T): T {
  for (const [code, entry] of Object.entries(entries)) {
    if (table[code]) throw new Error(`failure code defined twice: ${code}`);
    table[code] = entry;
  }
  return entries;
}

/** All failure codes known to this process, for documentation and for the console's completeness test. */
export function allFailures(): Readonly<Record<string, FailureEntry>> {
  return table;
}

/** A refusal with a stable code. Thrown anywhere, caught only at the rims (HTTP, CLI, agent engine). */
export class Failure extends Error {
  readonly code: string;
  readonly kind: FailureKind;
  readonly params: FailureParams;
  /** What exactly was wrong in this case, such as a field path; may be empty. */
  readonly detail: string;
  readonly remedy: string;
  /** Field by field, where a whole draft was refused; else empty. */
  readonly problems: readonly FieldProblem[];

  constructor(code: string, params: FailureParams = {}, options: FailureOptions = {}) {
    const entry = table[code] ?? missing(code);
    super(fill(entry.message, params), { cause: options.cause });
    this.name = 'Failure';
    this.code = code;
    this.kind = entry.kind;
    this.params = params;
    this.detail = options.detail ?? '';
    this.remedy = fill(entry.remedy, params);
    this.problems = options.problems ?? [];
  }
}

export interface FailureOptions {
  readonly detail?: string;
  readonly cause?: unknown;
  readonly problems?: readonly FieldProblem[];
}

/** The sentence of a failure, its parameters filled in; undefined for a code that nobody has defined. */
export function failureSentence(code: string, params: FailureParams): string | undefined {
  const entry = table[code];
  return entry && fill(entry.message, params);
}

function missing(code: string): FailureEntry {
  return {
    kind: 'broken',
    message: `undefined failure ${code}`,
    remedy: 'Report this as a defect of Tenkai.',
  };
}

function fill(sentence: string, params: FailureParams): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in params ? String(params[name]) : whole,
  );
}

defineFailures({
  'invalid-request': {
    kind: 'invalid',
    message: 'The request does not have the expected form.',
    remedy: 'Correct the field named in the detail and send the request again.',
  },
  'draft-invalid': {
    kind: 'invalid',
    message: 'The {what} cannot be saved: {count} of its fields break a rule.',
    remedy: 'Correct the fields named in the detail; nothing was changed.',
  },
  'not-found': {
    kind: 'not-found',
    message: 'There is no {what} {id}.',
    remedy: 'Check the identifier; the object may have been deleted.',
  },
  'already-exists': {
    kind: 'conflict',
    message: 'A {what} named {id} exists already.',
    remedy: 'Choose another name, or modify the existing one.',
  },
  'changed-meanwhile': {
    kind: 'conflict',
    message: 'The {what} {id} was changed by somebody else in the meantime.',
    remedy: 'Load it again, then repeat your change.',
  },
  'in-use': {
    kind: 'conflict',
    message: 'The {what} {id} is in use by {by}.',
    remedy: 'Remove that use first.',
  },
  'not-signed-in': {
    kind: 'unauthenticated',
    message: 'This needs a signed-in user or a valid token.',
    remedy: 'Sign in again, or use an API token that has not expired.',
  },
  'not-allowed': {
    kind: 'forbidden',
    message: 'Your role does not allow this ({permission}).',
    remedy: 'Ask an administrator for a role or a scope that includes it.',
  },
  unexpected: {
    kind: 'broken',
    message: 'Something went wrong inside Tenkai.',
    remedy: 'Look for id {id} in the server log, and report it.',
  },
});
