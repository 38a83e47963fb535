import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { patchLimitBytes } from '@tenkai/protocol/agent/patch.ts';

const fetchLimitMs = 120_000;

/**
 * The bytes of a patch: a file of this machine, of a share that is mounted here, or of a web server (AGENT-15). What
 * they are is judged by whoever opens them.
 * @throws Failure agent-patch-missing, -system for a client patch of Windows, -unreadable
 */
export async function readSource(source: string): Promise<Buffer> {
  if (extname(source).toLowerCase() === '.msp')
    throw new Failure('agent-patch-system', { id: source, wanted: 'windows', actual: process.platform });
  return source.startsWith('https://') ? fetched(source) : fromDisk(source);
}

function fromDisk(file: string): Buffer {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new Failure('agent-patch-missing', { file });
  if (found.size > patchLimitBytes)
    throw new Failure('agent-patch-unreadable', { file, reason: 'it is too large' });
  return readFileSync(file);
}

async function fetched(url: string): Promise<Buffer> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(fetchLimitMs), redirect: 'error' });
    if (!answer.ok || !answer.body) throw new Error(`HTTP ${answer.status}`);
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of answer.body) {
      size += part.length;
      if (size > patchLimitBytes) throw new Error('it is too large');
      parts.push(part);
    }
    return Buffer.concat(parts);
  } catch (cause) {
    throw new Failure('agent-patch-missing', { file: url }, { cause, detail: String(cause) });
  }
}
