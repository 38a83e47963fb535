import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boundaryRoutes } from '@tenkai/protocol/api/boundaries.ts';
import { assertSound } from '../../console/axe.ts';
import { noBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import { openConsole } from '../../console/open-console.ts';
import { until } from '../../rig/until.ts';

const texts = textsOf.ja;

describe('boundaries in the console', { skip: noBrowser }, () => {
  it('SITE-16: boundaries are added, seen to overlap, changed and removed', async (t) => {
    const { site, page, watch, api } = await openConsole(t, 'ja');
    const known = async () =>
      (await api(boundaryRoutes.list)).items.map(({ name, range }) => `${name} ${range}`);
    await page.goto(`${site.url}/boundaries`);
    await page.getByText(texts.boundaries.none).waitFor();

    const dialog = page.getByRole('dialog').first();
    for (const [name, range] of [
      ['本社', '10.1.0.0/16'],
      ['会議室', '10.1.5.10-10.1.5.99'],
    ] as const) {
      await page.getByRole('button', { name: texts.boundaries.new }).click();
      await dialog.getByLabel(texts.common.name).fill(name);
      await dialog.getByLabel(texts.boundaries.range).fill(range);
      await dialog.getByRole('button', { name: texts.common.save }).click();
      await dialog.waitFor({ state: 'detached' });
    }
    await page.setViewportSize({ width: 1024, height: 768 });
    const [inner, whole] = await page
      .locator('.tk-table-scroller')
      .evaluate((list) => [list.clientWidth, list.scrollWidth]);
    assert.ok(
      (whole ?? 0) <= (inner ?? 0),
      `columns of ${whole} pixels in ${inner}: the last one cannot be seen`,
    );
    const room = page.getByRole('row', { name: /10\.[12]\.5\./ });
    await room.getByText('本社 の内側').waitFor();
    await room.press('Enter');
    await dialog.getByText(texts.boundaries.overlapsText).waitFor();
    await dialog.getByText('このサイトのマシン 0 台のアドレスが範囲内にあります。').waitFor();
    await assertSound(page);
    await dialog.getByLabel(texts.boundaries.range).fill('10.2.5.0/24');
    await dialog.getByRole('button', { name: texts.common.save }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.deepEqual(await known(), ['会議室 10.2.5.0/24', '本社 10.1.0.0/16']);
    await page.getByText('本社 の内側').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: texts.boundaries.locate }).click();
    for (const [addresses, answer] of [
      ['192.0.2.1, 10.2.5.7', '境界「会議室」による割り当て'],
      ['192.0.2.1', texts.boundaries.notLocated],
    ] as const) {
      await dialog.getByLabel(texts.boundaries.addresses).fill(addresses);
      await dialog.getByRole('button', { name: texts.boundaries.ask, exact: true }).click();
      await dialog.getByText(answer).waitFor();
    }
    await assertSound(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    await room.press('Enter');
    await dialog.getByRole('button', { name: texts.boundaries.remove }).click();
    await page.getByRole('dialog').last().getByRole('button', { name: texts.boundaries.remove }).click();
    await until('one is left', async () => (await known()).length === 1);
    watch.assertQuiet();
  });
});
