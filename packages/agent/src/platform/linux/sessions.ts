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
      const byLogind = paths.root === null ? await listByLogind(signal) : null;
      return byLogind ?? listByWho(paths, signal);
    },
    async warn(text, signal) {
      if (paths.root === null) await run('wall', ['--nobanner', text], { timeoutMs, signal });
    },
  };
}

async function listByLogind(signal: AbortSignal): Promise<Session[] | null> {
  const listed = await run('loginctl', ['list-sessions', '--no-legend', '--no-pager'], { timeoutMs, signal });
  if (listed.code !== 0) return null;
  const ids = parseLoginctlList(listed.stdout);
  if (ids.length === 0) return [];
  const properties = ['Id', 'Name', 'User', 'Class', 'State'].flatMap((name) => ['-p', name]);
  const shown = await run('loginctl', ['show-session', ...properties, ...ids], { timeoutMs, signal });
  return shown.code === 0 ? parseLoginctlShow(shown.stdout) : null;
}

async function listByWho({ root }: Paths, signal: AbortSignal): Promise<Session[]> {
  const file = root === null ? [] : [join(root, 'run/utmp')];
  const { code, stdout } = await run('who', file, { timeoutMs, signal });
  return code === 0 ? parseWho(stdout, accounts()) : [];
}
