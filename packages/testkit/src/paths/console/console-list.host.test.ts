import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { noBrowser, startBrowser } from '../../console/browser.ts';
import { setUp, startConsoleSite } from '../../console/console-site.ts';
import { taskTimes } from '../../console/main-thread-tasks.ts';
import { fleetName, seedFleet } from '../../console/seed-fleet.ts';
import { watchPage } from '../../console/watch-page.ts';
import { makeDataDir } from '../../site-process.ts';

const machines = 100_000;
/** What a person still feels as one movement; the promise of the list. */
const longestTaskMs = 100;

describe('the list of 100,000 machines', { skip: noBrowser }, () => {
  it('scrolls from end to end without a task over 100 ms', async (t) => {
    const dataDir = await makeDataDir(t);
    await seedFleet(dataDir, machines);
    const site = await startConsoleSite(t, { TENKAI_DATA: dataDir });
    const browser = await startBrowser(t, { language: 'en', ca: site.ca });
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    const watch = watchPage(page);
    await setUp(page, site, 'en');
    await page.goto(`${site.url}/machines`);
    await page.getByText('100,000 rows').waitFor();

    const { longestMs, count } = await taskTimes(page, async () => {
      await wheelDown(page);
      await jumpTo(page, machines / 2);
      await jumpTo(page, machines - 1);
      await jumpTo(page, 0);
    });
    t.diagnostic(`${count} tasks, the longest took ${longestMs.toFixed(1)} ms of processor time`);
    assert.ok(count > 100, 'the tasks of the page were not seen');
    assert.ok(longestMs < longestTaskMs, `a task took ${longestMs} ms`);

    await t.test('BCON-08: each state of a machine has an icon of its own and a text', () =>
      eachStateHasIcon(page),
    );
    await byKeyboard(page);
    await keepsFewRows(page);
    watch.assertQuiet();
  });
});

const scroller = (page: Page) => page.locator('.tk-table-scroller');
const rowOf = (page: Page, index: number) => page.getByRole('row', { name: new RegExp(fleetName(index)) });

/** As fast as a wheel turns. */
async function wheelDown(page: Page): Promise<void> {
  await scroller(page).hover();
  for (let turn = 0; turn < 120; turn += 1) await page.mouse.wheel(0, 900);
  await rowOf(page, 3180).waitFor();
  await page.locator('.tk-cell-pending').first().waitFor({ state: 'detached' });
}

/** As dragging the scroll bar does. */
async function jumpTo(page: Page, index: number): Promise<void> {
  await scroller(page).evaluate(
    (element, [place, all]) => {
      element.scrollTop = ((element.scrollHeight - element.clientHeight) * place) / all;
    },
    [index, machines - 1] as const,
  );
  await rowOf(page, index).waitFor();
}

async function byKeyboard(page: Page): Promise<void> {
  await rowOf(page, 0).focus();
  await page.keyboard.press('End');
  await rowOf(page, machines - 1).waitFor();
  await page.keyboard.press('ArrowUp');
  const focused = () => page.evaluate('document.activeElement.textContent');
  await page.waitForFunction(() => (document.activeElement as HTMLElement | null)?.dataset.index === '99998');
  assert.match(String(await focused()), new RegExp(fleetName(machines - 2)));
  await page.keyboard.press(' ');
  await page.getByText('1 of 100,000 selected').waitFor();
}

/** Rows exist in the window only: whatever the length of the list. */
async function keepsFewRows(page: Page): Promise<void> {
  assert.ok((await page.getByRole('row').count()) < 100);
}

const powerTexts = ['Off', 'On', 'Restarting', 'Starting', 'Unknown', 'Unreachable'];
const activityTexts = ['Applying updates', 'Idle', 'Run error', 'Running', 'Waiting'];
/** Of the last run: complete is one of them. */
const lastRunTexts = ['Cancelled', 'Failed', 'Not applicable', 'Succeeded'];

async function eachStateHasIcon(page: Page): Promise<void> {
  for (const [column, wanted] of [
    [1, powerTexts],
    [2, activityTexts],
    [5, lastRunTexts],
  ] as const) {
    const states = await page.getByRole('row').evaluateAll(
      (rows, at) =>
        rows.map((row) => {
          const state = row.children[at + 1]?.querySelector('.tk-state');
          return (
            state && { text: state.textContent ?? '', icon: state.querySelector('svg')?.innerHTML ?? '' }
          );
        }),
      column,
    );
    const icons = new Map(states.flatMap((state) => (state ? [[state.text, state.icon] as const] : [])));
    assert.deepEqual([...icons.keys()].sort(), wanted);
    assert.equal(new Set(icons.values()).size, wanted.length, 'two states have the same icon');
  }
}
