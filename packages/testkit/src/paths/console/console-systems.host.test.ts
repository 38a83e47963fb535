import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firewallGuide } from '@tenkai/domain/os-matrix/firewall-guide.ts';
import { machineRoutes } from '@tenkai/protocol/api/index.ts';
import { systemRoutes } from '@tenkai/protocol/api/systems.ts';
import { assertSound } from '../../console/axe.ts';
import { noBrowser, startBrowser } from '../../console/browser.ts';
import { setUp, startConsoleSite, textsOf } from '../../console/console-site.ts';
import { apiOf, startMachines } from '../../console/filled-site.ts';
import { watchPage } from '../../console/watch-page.ts';

describe('operating systems in the console', { skip: noBrowser }, () => {
  for (const [language, colorScheme] of [
    ['en', 'light'],
    ['ja', 'dark'],
  ] as const) {
    it(`BOSM-01, BFWL-06: the matrix is filtered, a row opened by keyboard, and a machine has its row with the instruction for its firewall, in ${language}`, async (t) => {
      const { systems, nav, common, reasons } = textsOf[language];
      const site = await startConsoleSite(t);
      const browser = await startBrowser(t, { language, colorScheme, ca: site.ca });
      const page = await browser.newPage();
      page.setDefaultTimeout(30_000);
      const watch = watchPage(page);
      await setUp(page, site, language);
      await page.goto(`${site.url}/systems`);
      await page.getByRole('row', { name: /Windows 2000/ }).waitFor();
      await assertSound(page);
      await page.getByLabel(systems.search).fill('server 2003 r2');
      await page.getByRole('row', { name: /Windows 2000/ }).waitFor({ state: 'detached' });
      await page.getByRole('combobox', { name: systems.verdict }).click();
      await page.getByRole('option', { name: systems.verdicts.supported, exact: true }).click();
      await page.getByText(systems.none).waitFor();
      assert.equal(new URL(page.url()).search, '?search=server+2003+r2&verdict=supported');
      await page.goto(`${site.url}/systems?search=windows+xp`);
      const row = page.getByRole('row', { name: /Windows XP/ });
      await row.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Windows XP (x86)' }).waitFor();
      await page.getByText(reasons['system-note-closes-ports']).waitFor();
      await page.getByText(systems.firewallGuides['windows-xp']).waitFor();
      await page
        .getByText(reasons['system-agent-runtime'].replace('{system}', 'Windows XP'))
        .first()
        .waitFor();
      await assertSound(page);

      const api = await apiOf(browser, site);
      await startMachines(t, api, site, ['alder']);
      const [machine] = (await api(machineRoutes.list, { query: {} })).items;
      const id = machine?.id ?? '';
      const { match } = await api(systemRoutes.ofMachine, { params: { id } });
      await page.goto(`${site.url}/machines/${id}`);
      const panel = page.locator('section', {
        has: page.getByRole('heading', { name: systems.ofMachine }),
      });
      await panel
        .getByText(match?.row?.name ?? systems.unlisted)
        .first()
        .waitFor();
      assert.ok(match?.row, 'the machine of the test is listed');
      await panel.getByText(systems.firewallGuides[firewallGuide(match.row)]).waitFor();
      await assertSound(page);
      watch.assertQuiet();

      await page.route('**/api/v1/systems**', (route) => route.abort());
      await page.goto(`${site.url}/systems`);
      const again = page.getByRole('button', { name: common.tryAgain });
      await again.waitFor({ timeout: 60_000 });
      await page.unroute('**/api/v1/systems**');
      await again.click();
      await page.getByRole('row', { name: /Windows 2000/ }).waitFor();
      await page.getByRole('heading', { level: 1, name: nav.systems }).waitFor();
    });
  }
});
