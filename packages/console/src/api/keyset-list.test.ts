import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createKeysetList, type KeysetList, type KeysetPage } from './keyset-list.ts';

/** A site with numbered rows; cursors are the last number given out. */
function siteWith(rows: number[], options: { counts?: boolean } = {}) {
  const site = { rows, requests: 0, failing: false };
  const fetchPage = async (cursor: string | undefined, limit: number): Promise<KeysetPage<number>> => {
    site.requests += 1;
    if (site.failing) throw new Error('away');
    const rest = site.rows.filter((row) => cursor === undefined || row > Number(cursor));
    const items = rest.slice(0, limit);
    const nextCursor = rest.length > limit ? String(items.at(-1)) : null;
    return { items, nextCursor, total: options.counts === false ? null : site.rows.length };
  };
  return { site, fetchPage };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

async function until(list: KeysetList<number>, holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      const stop = list.subscribe(() => {
        stop();
        resolve();
      });
    });
  }
}

describe('a list behind keyset paging', () => {
  it('shows the whole length at once where the site counts, and the first rows', async () => {
    const { fetchPage } = siteWith(numbers(1000));
    const list = createKeysetList(fetchPage, 10);
    assert.equal(list.snapshot().status, 'loading');
    list.want(0, 5);
    await until(list, () => list.snapshot().status === 'ready');
    assert.equal(list.snapshot().count, 1000);
    assert.equal(list.rowAt(5), 5);
    assert.equal(list.rowAt(999), undefined);
  });

  it('walks to a far place and shows its rows', async () => {
    const { fetchPage } = siteWith(numbers(1000));
    const list = createKeysetList(fetchPage, 10);
    list.want(900, 930);
    await until(list, () => list.rowAt(930) !== undefined);
    assert.equal(list.rowAt(900), 900);
  });

  it('drops rows far from the window and fetches them again when they are wanted', async () => {
    const { fetchPage } = siteWith(numbers(1000));
    const list = createKeysetList(fetchPage, 10);
    list.want(990, 999);
    await until(list, () => list.rowAt(999) !== undefined);
    assert.equal(list.rowAt(300), undefined);
    list.want(300, 309);
    await until(list, () => list.rowAt(300) !== undefined);
    assert.equal(list.rowAt(300), 300);
  });

  it('grows on the way down where the site does not count, and ends where the rows end', async () => {
    const { fetchPage } = siteWith(numbers(25), { counts: false });
    const list = createKeysetList(fetchPage, 10);
    list.want(0, 5);
    await until(list, () => list.snapshot().status === 'ready');
    assert.equal(list.snapshot().count, 11);
    assert.equal(list.snapshot().isExact, false);
    list.want(10, 24);
    await until(list, () => list.snapshot().isExact);
    assert.equal(list.snapshot().count, 25);
  });

  it('after a row was removed, shows every other row once', async () => {
    const { site, fetchPage } = siteWith(numbers(40));
    const list = createKeysetList(fetchPage, 10);
    list.want(0, 39);
    await until(list, () => list.rowAt(39) !== undefined);
    site.rows = site.rows.filter((row) => row !== 3);
    list.refresh();
    await until(list, () => list.snapshot().count === 39 && list.rowAt(38) !== undefined);
    assert.deepEqual(
      numbers(39).map((index) => list.rowAt(index)),
      site.rows,
    );
  });

  it('keeps an error until it is told to try again', async () => {
    const { site, fetchPage } = siteWith(numbers(5));
    site.failing = true;
    const list = createKeysetList(fetchPage, 10);
    list.want(0, 5);
    await until(list, () => list.snapshot().status === 'error');
    const requests = site.requests;
    list.want(0, 6);
    assert.equal(site.requests, requests);
    site.failing = false;
    list.retry();
    await until(list, () => list.snapshot().status === 'ready');
    assert.equal(list.snapshot().count, 5);
  });
});
