/** Gathers items and hands them over once in each turn of the event loop: under load many at a time, else at once. */
export function createBatch<Item>(send: (items: Item[]) => void): (item: Item) => void {
  let items: Item[] = [];
  return (item) => {
    if (items.push(item) > 1) return;
    setImmediate(() => {
      const gathered = items;
      items = [];
      send(gathered);
    });
  };
}
