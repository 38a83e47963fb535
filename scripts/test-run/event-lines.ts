/**
 * A reporter for `node --test-reporter`: one JSON object a line for each test that ended, with the names of the
 * suites around it, so that whoever started the process reads what happened even when it was killed half-way.
 */

/** One line of the file. A `begun` without a `done` of the same key is a test that never came back. */
export type TestEvent =
  | { readonly kind: 'begun' | 'done'; readonly key: string; readonly name: string }
  /** What the runner says beside tests: an error that came after the one that caused it had ended. */
  | { readonly kind: 'noted'; readonly message: string }
  | {
      readonly kind: 'reported';
      readonly path: readonly string[];
      readonly isSuite: boolean;
      readonly outcome: 'passed' | 'failed' | 'skipped';
      /** Why it was skipped, or how it failed. */
      readonly reason?: string;
      readonly durationMs: number;
    };

interface RunnerEvent {
  readonly type: string;
  readonly data: {
    readonly name: string;
    readonly message?: string;
    readonly nesting: number;
    readonly line?: number;
    readonly column?: number;
    readonly skip?: string | boolean;
    readonly todo?: string | boolean;
    readonly details?: {
      readonly duration_ms: number;
      readonly type?: string;
      readonly error?: Error & { readonly failureType?: string };
    };
  };
}

/** Node calls this with its event stream and writes what it yields to the reporter's destination. */
export default async function* eventLines(source: AsyncIterable<RunnerEvent>): AsyncGenerator<string> {
  const names: string[] = [];
  for await (const { type, data } of source) {
    if (type === 'test:diagnostic' && isTrouble(data.message))
      yield line({ kind: 'noted', message: data.message });
    const key = `${data.line}:${data.column}:${data.name}`;
    if (type === 'test:dequeue') yield line({ kind: 'begun', key, name: data.name });
    if (type === 'test:complete') yield line({ kind: 'done', key, name: data.name });
    // Reports come in the order of the source, children between the start and the end of their parent.
    if (type === 'test:start') {
      names.length = data.nesting;
      names[data.nesting] = data.name;
    }
    const isEnd = type === 'test:pass' || type === 'test:fail';
    if (isEnd && !isEcho(data)) yield line(reported(names, type === 'test:pass', data));
  }
}

/** The others are counts and times. */
const isTrouble = (message: string | undefined): message is string => /^(Error|Warning):/.test(message ?? '');

/** A suite or test that failed only because a test in it did says nothing new. */
const isEcho = ({ details }: RunnerEvent['data']) => details?.error?.failureType === 'subtestsFailed';

function reported(names: readonly string[], hasPassed: boolean, data: RunnerEvent['data']): TestEvent {
  const path = [...names.slice(0, data.nesting), data.name];
  const base = { kind: 'reported', path, isSuite: data.details?.type === 'suite' } as const;
  const durationMs = Math.round(data.details?.duration_ms ?? 0);
  const excuse = data.skip ?? data.todo;
  if (excuse !== undefined && excuse !== false) {
    const reason = typeof excuse === 'string' && excuse !== '' ? excuse : 'without a reason';
    return { ...base, outcome: 'skipped', reason: data.skip ? reason : `to do: ${reason}`, durationMs };
  }
  if (hasPassed) return { ...base, outcome: 'passed', durationMs };
  return { ...base, outcome: 'failed', reason: describe(data.details?.error), durationMs };
}

// The runner wraps what the test threw.
function describe(error: Error | undefined): string {
  const cause = error?.cause instanceof Error ? error.cause : error;
  return cause?.stack ?? String(error?.cause ?? error);
}

const line = (event: TestEvent) => `${JSON.stringify(event)}\n`;
