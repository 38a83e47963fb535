import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { isAgentPatchId, patchLimitBytes } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Settings } from '../settings.ts';
import { fetchFrom, fetchFromSite } from './fetch-patch.ts';

/** What the system's own installer applies, and nobody else. */
export const isMsp = (source: string) => extname(source).toLowerCase() === '.msp';

/**
 * The bytes of a patch: a file of this machine or of a share that is mounted here, of a web server (AGENT-15), or by
 * its id of the site (AGENT-14). What they are is judged by whoever opens them.
 * @throws Failure agent-patch-missing, agent-patch-unreadable; as fetchFrom, fetchFromSite
 */
export async function readSource(settings: Settings, source: string): Promise<Buffer> {
  if (isAgentPatchId(source)) return fetchFromSite(settings, source);
  return source.startsWith('https://') ? fetchFrom(settings, source) : fromDisk(source);
}

function fromDisk(file: string): Buffer {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new Failure('agent-patch-missing', { file });
  if (found.size > patchLimitBytes)
    throw new Failure('agent-patch-unreadable', { file, reason: 'it is too large' });
  return readFileSync(file);
}
