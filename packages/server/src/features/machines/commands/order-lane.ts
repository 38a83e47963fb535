import { setImmediate as nextTurn } from 'node:timers/promises';

/** Everything that is asked for these machines; of one with nothing the map may say nothing. */
type AskTogether<T> = (machineIds: readonly string[]) => Promise<ReadonlyMap<string, readonly T[]>>;

/** What is open for one machine. */
export type OrderLane<T> = (machineId: string) => Promise<readonly T[]>;

interface Waiting<T> {
  readonly machineId: string;
  readonly resolve: (orders: readonly T[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Their orders are read, signed and sent in a few milliseconds. */
const mostAtOnce = 25;

/**
 * Nudged machines ask at the same moment. So many are answered in one turn of the event loop, with the same questions
 * to the database, and the others after it: whoever checks in meanwhile does not wait for all of them. Where asking
 * together fails, each is asked for alone.
 */
export function createOrderLane<T>(ask: AskTogether<T>): OrderLane<T> {
  const waiting: Waiting<T>[] = [];
  let isBusy = false;
  const answer = async (group: readonly Waiting<T>[]) => {
    const found = await ask([...new Set(group.map(({ machineId }) => machineId))]);
    for (const { machineId, resolve } of group) resolve(found.get(machineId) ?? []);
  };
  const answerAlone = async (one: Waiting<T>) => answer([one]).catch(one.reject);
  const drain = async () => {
    while (waiting.length > 0) {
      await nextTurn();
      const group = waiting.splice(0, mostAtOnce);
      await answer(group).catch(() => Promise.all(group.map(answerAlone)));
    }
    isBusy = false;
  };
  return (machineId) =>
    new Promise((resolve, reject) => {
      waiting.push({ machineId, resolve, reject });
      if (isBusy) return;
      isBusy = true;
      void drain();
    });
}
