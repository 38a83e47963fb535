import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSiteClock } from './site-clock.ts';

const noon = Date.parse('2026-03-02T12:00:00.000Z');
/** As servers write it: whole seconds, cut off. */
const header = (at: number) => new Date(at).toUTCString();

describe("BSCN-17: the site's clock, as its answers tell it", () => {
  it('is the local one until the site has said anything, or where the header cannot be read', () => {
    const clock = createSiteClock(() => noon);
    assert.equal(clock.now(), noon);
    clock.hear(null);
    clock.hear('soon');
    assert.equal(clock.now(), noon);
  });

  it('follows the site whether the local clock is ahead or behind', () => {
    for (const wrongBy of [-7_200_000, -61_000, 61_000, 7_200_000]) {
      let site = noon;
      const clock = createSiteClock(() => site + wrongBy);
      for (let answer = 0; answer < 10; answer += 1) {
        site += 730;
        clock.hear(header(site));
      }
      const error = site - clock.now();
      // The seventh answer came 110 ms after a whole second: none tells more.
      assert.equal(error, 110, `${error} ms wrong with a clock that is wrong by ${wrongBy} ms`);
    }
  });

  it('forgets what it knew when the local clock is put right, whether it was ahead or behind', () => {
    for (const wrongBy of [3_600_000, -3_600_000]) {
      let local = noon + wrongBy;
      const clock = createSiteClock(() => local);
      clock.hear(header(noon));
      local = noon + 1000;
      clock.hear(header(noon + 1000));
      assert.equal(clock.now(), noon + 1000);
    }
  });
});
