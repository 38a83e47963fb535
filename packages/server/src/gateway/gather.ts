/** Gathers what comes within one turn of the event loop, and hands it on together, in order. */
export function createGatherer<T>(handOn: (items: T[]) => void): (item: T) => void {
  let items: T[] = [];
  const flush = () => {
    const gathered = items;
    items = [];
    handOn(gathered);
  };
  return (item) => {
    if (items.push(item) === 1) setImmediate(flush);
  };
}
