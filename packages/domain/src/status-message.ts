import { wordText } from './reason.ts';

/**
 * Every kind of status message in one table: a stable code, a numeric id for people and reports, and the
 * sentence that CLI and logs show. The console has its own sentences for each code in its languages.
 */
export interface StatusMessageEntry {
  /** Unique for ever. Hundreds: 10 site, 11 enrollment, 12 machines, 13 collections, 14 packages, 15 content, 16 scenarios, 17 deployments, 18 users, 20.. agents. */
  readonly id: number;
  /** One sentence; `{name}` is replaced by the parameter of that name. */
  readonly message: string;
}

export type StatusMessageParams = Readonly<Record<string, string | number | boolean | null>>;

const table: Record<string, StatusMessageEntry> = {};
const ids = new Set<number>();

/**
 * Adds the messages of one room to the table.
 * @throws Error when a code or an id is already taken: a programming mistake, found at start-up.
 */
export function defineStatusMessages<T extends Record<string, StatusMessageEntry>>(entries: T): T {
  for (const [code, entry] of Object.entries(entries)) {
    if (table[code] || ids.has(entry.id))
      throw new Error(`status message defined twice: ${code} (${entry.id})`);
    table[code] = entry;
    ids.add(entry.id);
  }
  return entries;
}

/** All kinds known to this process, for documentation and for the console's completeness test. */
export function allStatusMessages(): Readonly<Record<string, StatusMessageEntry>> {
  return table;
}

/** Id of messages whose code this release does not know: a newer agent's words. */
export const unknownStatusMessageId = 0;

export function statusMessageId(code: string): number {
  return table[code]?.id ?? unknownStatusMessageId;
}

/** The sentence of a code with its parameters; the bare code where it is unknown. */
export function statusMessageText(code: string, params: StatusMessageParams): string {
  const sentence = table[code]?.message ?? code;
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in params ? wordText(name, String(params[name])) : whole,
  );
}

defineStatusMessages({
  'site.started': { id: 1000, message: 'The site server {version} has started.' },
  'site.stopped': { id: 1001, message: 'The site server has stopped.' },
  'job.failed': { id: 1002, message: 'The background job {job} has failed for good: {error}' },
});
