import { parsePatchList } from '@tenkai/domain/hotfix/patch-list.ts';
import { withProperties } from '../assignment/with-properties.ts';
import type { Settings } from '../settings.ts';

/** The settings whose PATCH= no longer names this one: the next package of the agent would bring it again. */
export function withoutPatch(settings: Settings, source: string): Settings {
  const list = settings.assignment?.patch;
  if (list === undefined) return settings;
  const left = parsePatchList(list, { takesIds: true }).files.flatMap(({ path }) =>
    path === source ? [] : [path],
  );
  return withProperties(settings, { PATCH: left.length > 0 ? left.join(';') : null }, {});
}
