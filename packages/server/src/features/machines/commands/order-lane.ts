import { gather, type Waiting } from '../../../kernel/gather.ts';

/** Everything that is asked for these machines; of one with nothing the map may say nothing. */
type AskTogether<T> = (machineIds: readonly string[]) => Promise<ReadonlyMap<string, readonly T[]>>;

/** What is open for one machine. */
export type OrderLane<T> = (machineId: string) => Promise<readonly T[]>;

/** Their orders are read, signed and sent in a few milliseconds. */
const mostAtOnce = 25;

/**
 * Nudged machines ask at the same moment. So many are answered in one turn of the event loop, with the same questions
 * to the database, and the others after it: whoever checks in meanwhile does not wait for all of them. Where asking
 * together fails, each is asked for alone.
 */
export function createOrderLane<T>(ask: AskTogether<T>): OrderLane<T> {
  type Group = readonly Waiting<string, readonly T[]>[];
  const answer = async (group: Group) => {
    const found = await ask([...new Set(group.map(({ value }) => value))]);
    for (const { value, resolve } of group) resolve(found.get(value) ?? []);
  };
  const answerEach = async (group: Group) => {
    await Promise.all(group.map((one) => answer([one]).catch(one.reject)));
  };
  return gather({
    countThatFits: () => mostAtOnce,
    take: (group) => answer(group).catch(() => answerEach(group)),
  });
}
