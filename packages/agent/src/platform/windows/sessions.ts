import type { Session, Sessions } from '../platform.ts';
import { run } from '../shell.ts';
import { systemEnvironment, systemProgram } from './environment.ts';

const timeoutMs = 30_000;
const shownSeconds = 3600;

/** By query.exe and msg.exe, which Home editions do not have: there nobody is known and nobody is told. */
export function createSessions(ask = run): Sessions {
  const env = systemEnvironment();
  const query = async (what: string, signal: AbortSignal) =>
    (await ask(systemProgram('query.exe'), [what], { timeoutMs, signal, env })).stdout;
  return {
    list: async (signal) => parseQueryUser(await query('user', signal)),
    async isNobodySignedIn(signal) {
      if (parseQueryUser(await query('user', signal)).length > 0) return false;
      // Where there is no such program, or it cannot ask, not even the session of the services is listed.
      return /^[ >].*\s\d+ +\S/m.test(await query('session', signal));
    },
    keepingAwake: (command) => command,
    async warn(text, signal) {
      const args = ['*', `/TIME:${shownSeconds}`, text];
      await ask(systemProgram('msg.exe'), args, { timeoutMs, signal, env });
    },
  };
}

/**
 * `query user`: a heading in the system's language, then a line for each session. The second column is empty for
 * sessions without a terminal, so that the number is looked for: it is followed by the state. Exit code 1 says nothing.
 */
export function parseQueryUser(text: string): Session[] {
  return text
    .split(/\r?\n/)
    .slice(1)
    .flatMap((line) => {
      const [, user, terminal, id] = /^[ >](\S+) {2,}(?:(\S+) +)?(\d+) +\S/.exec(line) ?? [];
      if (!user || !id) return [];
      // Windows has no numbers for accounts; only root's, which is 0, would mean something here.
      return [{ id, user, uid: -1, isActive: terminal !== undefined, shows: 'unknown' as const }];
    });
}
