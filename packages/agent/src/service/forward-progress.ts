import type { Link } from '@tenkai/protocol/agent/link/link.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import type { FetchProgress } from '@tenkai/transfer';
import type { DataFolder } from '../data-folder.ts';
import { readIfThere } from '../durable-file.ts';
import { openRuns } from '../run-folder.ts';

const everyMs = 1000;

/** Live progress of deliveries for the console: the latest fact only; what cannot be told is dropped. */
export async function forwardProgress(
  { data, link }: { data: DataFolder; link: Pick<Link, 'sendProgress'> },
  stop: AbortSignal,
): Promise<void> {
  const told = new Map<string, string>();
  while (!stop.aborted) {
    const news = openRuns(data).flatMap(({ folder }) => {
      const text = readIfThere(folder.progress);
      if (text === undefined || told.get(folder.name) === text) return [];
      told.set(folder.name, text);
      return [{ name: folder.name, progress: JSON.parse(text) as FetchProgress }];
    });
    if (news.length > 0) {
      const runs = news
        .slice(0, 100)
        .map(({ name, progress }) => ({ ...runOf(name), index: null, ...progress }));
      await link.sendProgress({ runs }, stop).catch(() => {});
    }
    await pause(everyMs, stop);
  }
}

export function runOf(folderName: string): { runId: string; attempt: number } {
  const dash = folderName.lastIndexOf('-');
  return { runId: folderName.slice(0, dash), attempt: Number(folderName.slice(dash + 1)) };
}
