import { readdirSync, readFileSync } from 'node:fs';

/** What /proc says of one process; see proc_pid_stat(5). */
export interface ProcStat {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Clock ticks after the start of the machine. */
  readonly startTime: string;
}

/** The name of a program may hold blanks and parentheses: what counts begins after the last one. */
export function parseStat(text: string): ProcStat | null {
  const end = text.lastIndexOf(')');
  const pid = Number(text.slice(0, text.indexOf(' ')));
  const fields = text.slice(end + 2).split(' ');
  const [state, parent, group, session] = fields;
  const startTime = fields[19];
  if (end < 0 || !state || !startTime) return null;
  return { pid, state, parent: Number(parent), group: Number(group), session: Number(session), startTime };
}

/** Undefined where there is no such process (any more); one that has ended but was not collected counts as gone. */
export function statOf(pid: number): ProcStat | undefined {
  const text = read(`/proc/${pid}/stat`);
  const stat = text === undefined ? null : parseStat(text);
  return stat && !['Z', 'X'].includes(stat.state) ? stat : undefined;
}

export function allStats(): ProcStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
}

/** Whether a variable stands in the environment with which a process was started. */
export function hasVariable(pid: number, assignment: string): boolean {
  const text = read(`/proc/${pid}/environ`);
  return text?.split('\0').includes(assignment) ?? false;
}

/** Processes of the engine's own transient unit; none where it has no unit of its own. */
export function ownUnitProcesses(): number[] {
  const lines = (read('/proc/self/cgroup') ?? '').split('\n');
  for (const line of lines) {
    const [, controllers, path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (!/\/tenkai-engine-[^/]*\.service$/.test(path)) continue;
    const roots =
      controllers === '' ? ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'] : ['/sys/fs/cgroup/systemd'];
    const text = roots
      .map((root) => read(`${root}${path}/cgroup.procs`))
      .find((found) => found !== undefined);
    if (text !== undefined)
      return text
        .split('\n')
        .map(Number)
        .filter((pid) => pid > 0 && pid !== process.pid);
  }
  return [];
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
