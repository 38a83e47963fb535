import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const inUse = new Set<string>();

/** A new folder for what a benchmark makes, as long as `act` takes. @param below where it lies */
export async function inWorkFolder<T>(
  act: (folder: string) => Promise<T>,
  below: string = tmpdir(),
): Promise<T> {
  const folder = await mkdtemp(join(below, 'tenkai-bench-'));
  inUse.add(folder);
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    inUse.delete(folder);
  }
}

/** For a process that ends now. What was killed a moment ago may still put files into them: it is tried again. */
export function removeWorkFolders(): void {
  for (const folder of inUse)
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
