import type { Session } from '../platform.ts';
import type { Account } from './user-rights.ts';

/** Ids in the first column of `loginctl list-sessions --no-legend`. */
export function parseLoginctlList(text: string): string[] {
  return text.split('\n').flatMap((line) => /^\s*(\S+)\s+\d+\s+\S+/.exec(line)?.[1] ?? []);
}

/** `user`, and since systemd 256 `user-early` of root, since 258 `user-light` (pam_systemd(8)). */
const ofPerson = /^user(-|$)/;

/**
 * Blocks of `Name=value` lines, one block for each session, of `loginctl show-session`. Sessions of the greeter, of
 * services and of systemd's own user manager are nobody's.
 */
export function parseLoginctlShow(text: string): Session[] {
  return text.split(/\n\s*\n/).flatMap((block) => {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const id = fields.get('Id');
    if (!id || !ofPerson.test(fields.get('Class') ?? '') || fields.get('State') === 'closing') return [];
    const isActive = fields.get('State') === 'active';
    const user = fields.get('Name') ?? '';
    return [{ id, user, uid: Number(fields.get('User') ?? -1), isActive, shows: shownBy(fields) }];
  });
}

/** sd_bus properties of org.freedesktop.login1.Session; the idle hint of a terminal says that nobody types. */
function shownBy(fields: ReadonlyMap<string, string>): Session['shows'] {
  const isGraphical = ['x11', 'wayland', 'mir'].includes(fields.get('Type') ?? '');
  // Over ssh there is neither a lock nor anybody at the screen; logind calls such a session active as well.
  if (fields.get('Remote') === 'yes' && !isGraphical) return 'elsewhere';
  const isLocked = fields.get('LockedHint');
  if (isLocked === undefined) return 'unknown';
  if (isLocked === 'yes') return 'lock';
  return isGraphical && fields.get('IdleHint') === 'yes' ? 'screen-saver' : 'desktop';
}

/** `name line date time (host)` of who(1). */
export function parseWho(text: string, accounts: readonly Account[]): Session[] {
  return text.split('\n').flatMap((line) => {
    const [user, terminal] = line.trim().split(/\s+/);
    if (!user || !terminal) return [];
    return [
      {
        id: terminal,
        user,
        uid: accounts.find(({ name }) => name === user)?.uid ?? -1,
        isActive: true,
        shows: 'unknown' as const,
      },
    ];
  });
}
