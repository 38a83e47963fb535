import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { spawnOwned } from '@tenkai/testkit/rig/own-process.ts';

export interface Measured {
  readonly ms: number;
  /** The most that was ever resident. */
  readonly peakBytes: number;
  readonly report: { readonly repaired: number; readonly good: number; readonly left: number };
}

/** Runs `node ...args`, which prints one JSON report, and looks at its memory until it ends. */
export async function runMeasured(args: readonly string[]): Promise<Measured> {
  const startedAt = performance.now();
  const child = spawnOwned(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 180_000,
  });
  let peakBytes = 0;
  const looking = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peakBytes = Math.max(peakBytes, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024);
  }, 50);
  try {
    const [output] = await Promise.all([text(child.stdout as Readable), once(child, 'exit')]);
    const { items: _, ...report } = JSON.parse(output);
    return { ms: performance.now() - startedAt, peakBytes, report };
  } finally {
    clearInterval(looking);
  }
}
