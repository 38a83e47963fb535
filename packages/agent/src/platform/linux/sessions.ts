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
      const loginctl = toolIn(paths, 'loginctl');
      const byLogind = loginctl === null ? null : await listByLogind(loginctl, signal);
      return byLogind ?? listByWho(paths, signal);
    },
    keepingAwake(command) {
      const inhibit = toolIn(paths, 'systemd-inhibit');
      const hasLogind = paths.root !== null || existsSync('/run/systemd/system');
      if (inhibit === null || !hasLogind) return command;
      const args = ['--what=idle', '--who=Tenkai', '--why=Software is being installed', '--mode=block'];
      return { ...command, program: inhibit, args: [...args, command.program, ...command.args] };
    },
    async warn(text, signal) {
      if (paths.root === null) await run('wall', ['--nobanner', text], { timeoutMs, signal });
    },
  };
}

/** The system's own tool; for a root of its own, such as that of a test, the one that lies in it. */
function toolIn({ root }: Paths, name: string): string | null {
  const places = root === null ? ['/usr/bin', '/bin'] : [join(root, 'usr/bin')];
  return places.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? null;
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

async function listByWho({ root }: Paths, signal: AbortSignal): Promise<Session[]> {
  const file = root === null ? [] : [join(root, 'run/utmp')];
  const { code, stdout } = await run('who', file, { timeoutMs, signal });
  return code === 0 ? parseWho(stdout, accounts()) : [];
}
