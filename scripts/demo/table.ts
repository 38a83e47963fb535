import { reasonSentence } from '@tenkai/domain';
import type { RunDetail } from '@tenkai/protocol';

/** Rows as text in columns; the first row is the heading. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  const [heading = [], ...body] = rows.map(line);
  return [heading, rule, ...body].map((text) => `  ${text}`).join('\n');
}

/** What was done on each machine, and how we know. */
export function resultTable(runs: readonly RunDetail[]): string {
  const heading = ['machine', 'before', 'after', 'steps', 'verified by', 'seconds', 'result'];
  return formatTable([heading, ...runs.map(rowOf)]);
}

function rowOf(run: RunDetail): string[] {
  const count = (outcome: string) => run.steps.filter(({ result }) => result?.outcome === outcome).length;
  const skipped = count('skipped') > 0 ? `, ${count('skipped')} not needed` : '';
  const seconds =
    run.startedAt !== null && run.finishedAt !== null ? (run.finishedAt - run.startedAt) / 1000 : 0;
  return [
    run.machineName,
    run.versionBefore ?? 'not installed',
    run.versionAfter ?? '—',
    `${count('succeeded')} done${skipped}`,
    run.verifiedBy ?? '—',
    seconds.toFixed(1),
    run.reason ? `${run.status}: ${reasonSentence(run.reason)}` : run.status,
  ];
}
