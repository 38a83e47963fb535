import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Detection } from '@tenkai/domain';
import type { Paths } from './platform.ts';

/** What a rule finds: whether it holds, and what is there instead, for people. */
export interface Found {
  readonly isDetected: boolean;
  readonly found: string;
}

export async function lookForFile(
  paths: Paths,
  rule: Extract<Detection, { kind: 'file' }>,
  signal: AbortSignal,
): Promise<Found> {
  const path = paths.real(rule.path);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    return { isDetected: false, found: found.code === 'ENOENT' ? 'no such file' : found.message };
  }
  const { size } = found;
  const isPlain = rule.sha256 === undefined && rule.minimumBytes === undefined;
  if (isPlain) return { isDetected: true, found: found.isDirectory() ? 'folder' : `${size} bytes` };
  if (!found.isFile()) return { isDetected: false, found: 'not a file' };
  if (rule.minimumBytes !== undefined && size < rule.minimumBytes)
    return { isDetected: false, found: `${size} bytes` };
  if (rule.sha256 === undefined) return { isDetected: true, found: `${size} bytes` };
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  const digest = hash.digest('hex');
  return { isDetected: digest === rule.sha256, found: `sha256 ${digest}` };
}

/** A rule that cannot be looked at does not hold; people read why. */
export function asNotDetected(error: unknown): Found {
  return { isDetected: false, found: error instanceof Error ? error.message : String(error) };
}

/** As much of it as a result may hold. */
export const foundText = (found: string) => found.toWellFormed().slice(0, 1000);
