import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Paths, Session, Sessions } from '../platform.ts';
import { run } from '../shell.ts';
import { parseLoginctlList, parseLoginctlShow, parseWho } from './session-parsers.ts';
import { accounts } from './user-rights.ts';

const timeoutMs = 15_000;

/** systemd-logind knows sessions best; without it there is utmp(5). */
export function createSessions({ paths }: { paths: Paths }): Sessions {
  return {
    async list(signal) {
      return (await askLogind(paths, signal)) ?? (await listByWho(paths, signal)) ?? [];
    },
    async isNobodySignedIn(signal) {
      const byLogind = await askLogind(paths, signal);
      if (byLogind === null && !hasUtmp(paths)) return false;
      // Who came in beside logind, such as by an sshd without PAM, is in utmp alone.
      return (byLogind ?? []).length === 0 && (await listByWho(paths, signal))?.length === 0;
    },
    keepingAwake(command) {
      const inhibit = toolIn(paths, 'systemd-inhibit');
      const hasLogind = paths.root !== null || existsSync('/run/systemd/system');
      if (inhibit === null || !hasLogind) return command;
      const args = ['--what=idle', '--who=Tenkai', '--why=Software is being installed', '--mode=block'];
      return { ...command, program: inhibit, args: [...args, command.program, ...command.args] };
    },
    async warn(text, signal) {
      const wall = toolIn(paths, 'wall');
      if (wall !== null) await run(wall, ['--nobanner', text], { timeoutMs, signal });
    },
  };
}

/** The system's own tool; for a root of its own, such as that of a test, the one that lies in it. */
function toolIn({ root }: Paths, name: string): string | null {
  const places = root === null ? ['/usr/bin', '/bin'] : [join(root, 'usr/bin')];
  return places.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? null;
}

/** Null: it cannot be asked. */
async function askLogind(paths: Paths, signal: AbortSignal): Promise<Session[] | null> {
  const loginctl = toolIn(paths, 'loginctl');
  return loginctl === null ? null : listByLogind(loginctl, signal);
}

/** who(1) says nothing, and no error, where there is no such file. */
function hasUtmp({ root }: Paths): boolean {
  const files = root === null ? ['/run/utmp', '/var/run/utmp'] : [join(root, 'run/utmp')];
  return files.some((file) => existsSync(file));
}

async function listByLogind(loginctl: string, signal: AbortSignal): Promise<Session[] | null> {
  const listed = await run(loginctl, ['list-sessions', '--no-legend', '--no-pager'], { timeoutMs, signal });
  if (listed.code !== 0) return null;
  const ids = parseLoginctlList(listed.stdout);
  if (ids.length === 0) return [];
  const properties = [
    'Id',
    'Name',
    'User',
    'Class',
    'State',
    'Type',
    'Remote',
    'LockedHint',
    'IdleHint',
  ].flatMap((name) => ['-p', name]);
  const shown = await run(loginctl, ['show-session', ...properties, ...ids], { timeoutMs, signal });
  return shown.code === 0 ? parseLoginctlShow(shown.stdout) : null;
}

/** Null: it cannot be asked. */
async function listByWho({ root }: Paths, signal: AbortSignal): Promise<Session[] | null> {
  const file = root === null ? [] : [join(root, 'run/utmp')];
  const { code, stdout } = await run('who', file, { timeoutMs, signal });
  return code === 0 ? parseWho(stdout, accounts()) : null;
}
