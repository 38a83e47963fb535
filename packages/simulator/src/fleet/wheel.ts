import type { After } from '@tenkai/protocol/agent/link/index.ts';

/** One timer for everything that thousands of machines wait for. */
export interface Wheel {
  readonly after: After;
  /** How many wait. */
  size(): number;
  stop(): void;
}

/** Waits end up to one tick late: no protocol here minds. */
const tickMs = 10;

export function createWheel(now: () => number = () => performance.now()): Wheel {
  const slots = new Map<number, Set<() => void>>();
  let size = 0;
  let reached = 0;
  let timer: NodeJS.Timeout | undefined;

  const turn = () => {
    const current = Math.floor(now() / tickMs);
    for (; reached < current; reached += 1) {
      const slot = slots.get(reached + 1);
      slots.delete(reached + 1);
      for (const entry of slot ?? []) {
        slot?.delete(entry);
        size -= 1;
        entry();
      }
    }
    if (size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  const start = () => {
    reached = Math.floor(now() / tickMs);
    timer = setInterval(turn, tickMs);
  };
  return {
    after(ms, act) {
      if (!timer) start();
      const due = Math.max(reached + 1, Math.ceil((now() + ms) / tickMs));
      const slot = slots.get(due) ?? new Set();
      // A function of its own: the same act may wait twice.
      const entry = () => act();
      slots.set(due, slot.add(entry));
      size += 1;
      return () => {
        if (!slot.delete(entry)) return;
        size -= 1;
        if (slot.size === 0 && slots.get(due) === slot) slots.delete(due);
      };
    },
    size: () => size,
    stop() {
      clearInterval(timer);
      slots.clear();
      size = 0;
    },
  };
}
