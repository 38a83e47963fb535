import { Failure } from '@tenkai/domain/failure.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Log } from '../log.ts';
import { readSettings, type Settings } from '../settings.ts';
import './failures.ts';
import { findSite } from './find-site.ts';
import { keepAssignment } from './record.ts';
import { whyNot } from './texts.ts';

/**
 * The service's own search for its site.
 * @returns the settings with the address that was found
 * @throws Failure assignment-none, its cause the last refusal; the signal's reason
 */
export async function searchSite(
  { data, log, now }: { data: DataFolder; log: Log; now: () => number },
  signal: AbortSignal,
): Promise<Settings> {
  const judgement = await findSite(readSettings(data), signal);
  keepAssignment(data, judgement, now());
  const { assignment, steps } = judgement;
  log.info({ assignment, steps }, assignment ? 'assigned to a site' : 'no site was found');
  for (const { reason } of steps)
    if (reason.code === 'name-unresolved')
      log.warn({ host: reason.params.host }, `cannot resolve ${String(reason.params.host)}`);
  if (!assignment) {
    const refused = steps.findLast(({ verdict }) => verdict === 'refused')?.reason;
    const cause =
      refused && new Failure(refused.code, refused.params, { detail: String(refused.params.detail ?? '') });
    throw new Failure('assignment-none', { why: whyNot(steps, 'en') }, cause ? { cause } : {});
  }
  return readSettings(data);
}
