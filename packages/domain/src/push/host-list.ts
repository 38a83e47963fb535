import type { FieldProblem } from '../failure.ts';
import './push-failures.ts';
import { parseTarget, type Target } from './target.ts';

/** More in one push nobody can follow; a longer list is several pushes. */
export const mostHosts = 1000;

/** What people call the columns of a table of machines. */
const columnNames: Readonly<Record<string, 'host' | 'port' | 'user'>> = {
  host: 'host',
  hostname: 'host',
  name: 'host',
  machine: 'host',
  address: 'host',
  ip: 'host',
  ホスト: 'host',
  ホスト名: 'host',
  マシン: 'host',
  アドレス: 'host',
  port: 'port',
  ポート: 'port',
  user: 'user',
  username: 'user',
  ユーザー: 'user',
  ユーザー名: 'user',
};

/**
 * Hosts out of what somebody pasted: one or several in a line, `#` begins a comment; or a table with commas, semicolons
 * or tabs whose first line names its columns (host, port, user). Nothing is judged here: see `checkHosts`.
 */
export function readHostList(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim());
  const filled = lines.filter((line) => line !== '');
  const columns = cellsOf(filled[0] ?? '').map((cell) => columnNames[cell.toLowerCase()]);
  if (columns.includes('host')) return filled.slice(1).map((line) => hostOfRow(columns, cellsOf(line)));
  return filled.flatMap((line) => line.split(/[\s,;]+/)).filter((word) => word !== '');
}

const cellsOf = (line: string) =>
  line.split(/[,;\t]/).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );

function hostOfRow(columns: readonly (string | undefined)[], cells: readonly string[]): string {
  const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
  const host =
    cell('host').includes('::') && !cell('host').startsWith('[') ? `[${cell('host')}]` : cell('host');
  const user = columns.includes('user') && cell('user') !== '' ? `${cell('user')}@` : '';
  const port = columns.includes('port') && cell('port') !== '' ? `:${cell('port')}` : '';
  return `${user}${host}${port}`;
}

/** The machines named, and everything that is wrong with the list at once. */
export function checkHosts(hosts: readonly string[]): { targets: Target[]; problems: FieldProblem[] } {
  const targets: Target[] = [];
  const problems: FieldProblem[] = [];
  const seen = new Set<string>();
  const refuse = (index: number, code: string, text: string) =>
    problems.push({ field: `hosts[${index}]`, code, params: { host: text } });
  for (const [index, text] of hosts.entries()) {
    const target = parseTarget(text);
    const key = target && `${target.host.toLowerCase()} ${target.port}`;
    if (!target || key === undefined) refuse(index, 'push-host-invalid', text);
    else if (seen.has(key)) refuse(index, 'push-host-twice', text);
    else {
      seen.add(key);
      targets.push(target);
    }
  }
  if (hosts.length === 0) problems.push({ field: 'hosts', code: 'push-hosts-none', params: {} });
  if (hosts.length > mostHosts)
    problems.push({ field: 'hosts', code: 'push-hosts-too-many', params: { most: mostHosts } });
  return { targets, problems };
}
