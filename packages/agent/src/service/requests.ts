import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { DataFolder } from '../data-folder.ts';
import { removeIfThere, writeDurably } from '../durable-file.ts';

/** What somebody on the machine may ask of the service. */
export type RequestName = 'check-in' | 'inventory' | 'assign';
export const requestNames: readonly RequestName[] = ['check-in', 'inventory', 'assign'];

export function askService(data: DataFolder, name: RequestName): void {
  writeDurably(join(data.requests, name), '');
}

/** Takes requests as they come; each is removed before it is carried out, and may be asked again from then on. */
export function watchRequests(
  data: DataFolder,
  onRequest: (name: RequestName) => void,
  signal: AbortSignal,
): void {
  const take = () => {
    for (const name of requestNames) {
      const file = join(data.requests, name);
      if (!existsSync(file)) continue;
      removeIfThere(file);
      onRequest(name);
    }
  };
  watchFolder(data.requests, take, signal);
  take();
}

const fallbackEveryMs = 5000;

/** Calls back when something in a folder has changed; inotify may have run out, so it is looked at now and then too. */
export function watchFolder(folder: string, onChange: () => void, signal: AbortSignal): void {
  const timer = setInterval(onChange, fallbackEveryMs);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  if (signal.aborted) clearInterval(timer);
  try {
    const watcher = watch(folder, { signal, persistent: false }, onChange);
    watcher.on('error', () => {});
  } catch {
    // The timer is enough.
  }
}
