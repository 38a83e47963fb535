/** Events in the order of their times, those of one time together. */
export interface Timeline<Event> {
  add(at: number, event: Event): void;
  /** Takes everything of the earliest time; undefined: nothing is left. */
  next(): { readonly at: number; readonly events: readonly Event[] } | undefined;
}

export function createTimeline<Event>(): Timeline<Event> {
  const byTime = new Map<number, Event[]>();
  /** Latest first, so that the earliest is taken from the end. */
  const times: number[] = [];
  return {
    add(at, event) {
      const known = byTime.get(at);
      if (known) return void known.push(event);
      byTime.set(at, [event]);
      times.splice(placeOf(times, at), 0, at);
    },
    next() {
      const at = times.pop();
      if (at === undefined) return undefined;
      const events = byTime.get(at) ?? [];
      byTime.delete(at);
      return { at, events };
    },
  };
}

/** Where a time belongs in a list that falls. */
function placeOf(times: readonly number[], at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) > at) low = middle + 1;
    else high = middle;
  }
  return low;
}
