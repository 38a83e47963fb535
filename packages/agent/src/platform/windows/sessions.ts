import type { Session, Sessions } from '../platform.ts';
import { run } from '../shell.ts';
import { systemEnvironment, systemProgram } from './environment.ts';

const timeoutMs = 30_000;
const shownSeconds = 3600;

/** By query.exe and msg.exe, which Home editions do not have: there nobody is known and nobody is told. */
export function createSessions(ask = run): Sessions {
  const env = systemEnvironment();
  const query = (what: string, signal: AbortSignal) =>
    ask(systemProgram('query.exe'), [what], { timeoutMs, signal, env });
  return {
    list: async (signal) => parseQueryUser((await query('user', signal)).stdout),
    async isNobodySignedIn(signal) {
      const users = await query('user', signal);
      if (users.code === null || linesBelowHeading(users.stdout).length > 0) return false;
      // Where there is no such program, or it cannot ask, not even the session of the services is listed.
      const sessions = await query('session', signal);
      const known = linesBelowHeading(sessions.stdout).flatMap((line) => sessionLine.exec(line)?.[1] ?? []);
      return sessions.code !== null && known.length > 0 && !known.some(hasUser);
    },
    keepingAwake: (command) => command,
    async warn(text, signal) {
      const args = ['*', `/TIME:${shownSeconds}`, text];
      await ask(systemProgram('msg.exe'), args, { timeoutMs, signal, env });
    },
  };
}

/** What stands before the number of a session, which its state follows. */
const sessionLine = /^[ >](.*?)\s+\d+ +\S/;

/** A name of the session alone stands in the first column; whose it is stands behind it, or alone in the second. */
const hasUser = (names: string) => names.startsWith(' ') || /\S\s+\S/.test(names);

const linesBelowHeading = (text: string) =>
  text
    .split(/\r?\n/)
    .slice(1)
    .filter((line) => line.trim() !== '');

/**
 * `query user`: a heading in the system's language, then a line for each session. The second column is empty for
 * sessions without a terminal, so that the number is looked for: it is followed by the state. A name may have
 * blanks. Exit code 1 says nothing.
 */
export function parseQueryUser(text: string): Session[] {
  return linesBelowHeading(text).flatMap((line) => {
    const [, user, terminal, id] = /^[ >](\S.*?) {2,}(?:(\S+) +)?(\d+) +\S/.exec(line) ?? [];
    if (!user || !id) return [];
    // Windows has no numbers for accounts; only root's, which is 0, would mean something here.
    return [{ id, user, uid: -1, isActive: terminal !== undefined, shows: 'unknown' as const }];
  });
}
