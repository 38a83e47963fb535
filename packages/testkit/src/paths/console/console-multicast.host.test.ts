import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { machineRoutes } from '@tenkai/protocol/api/index.ts';
import { multicastRoutes } from '@tenkai/protocol/api/multicast.ts';
import { assertSound } from '../../console/axe.ts';
import { noBrowser, startBrowser } from '../../console/browser.ts';
import { setUp, startConsoleSite, textsOf } from '../../console/console-site.ts';
import { apiOf, startMachines } from '../../console/filled-site.ts';
import { watchPage } from '../../console/watch-page.ts';
import { until } from '../../rig/until.ts';

describe('multicast in the console', { skip: noBrowser }, () => {
  for (const [language, colorScheme] of [
    ['en', 'light'],
    ['ja', 'dark'],
  ] as const) {
    it(`BSCN-26: a session is watched until it ends, and a machine is named by hand, in ${language}`, async (t) => {
      const { multicast } = textsOf[language];
      const site = await startConsoleSite(t);
      const browser = await startBrowser(t, { language, colorScheme, ca: site.ca });
      const page = await browser.newPage();
      page.setDefaultTimeout(60_000);
      const watch = watchPage(page);
      await setUp(page, site, language);
      await page.goto(`${site.url}/multicast`);
      await page.getByText(multicast.none).waitFor();
      const api = await apiOf(browser, site);
      await startMachines(t, api, site, ['alder']);
      const [machine] = (await api(machineRoutes.list, { query: {} })).items;
      const id = machine?.id ?? '';

      const session = writeSession(site.dataDir, id);
      await page.goto(`${site.url}/multicast`);
      await page.getByRole('row', { name: /239\.255\.77\.1:56100/ }).press('Enter');
      await page.getByRole('heading', { level: 1, name: '239.255.77.1:56100' }).waitFor();
      await page.getByText(multicast.outcomes.running).waitFor();
      await page.getByText(multicast.merits.named).waitFor();
      await page.getByText(multicast.members.active).waitFor();
      await assertSound(page);
      session.end();
      // By itself: nobody loads the page again.
      await page.getByText(`${multicast.members.left}: ${multicast.causes.loss}`).waitFor();
      await page.getByText(multicast.outcomes.ended, { exact: true }).first().waitFor();

      await page.goto(`${site.url}/machines/${id}`);
      const rule = page.getByRole('combobox', { name: multicast.representative });
      await rule.click();
      await page.getByRole('option', { name: multicast.rules.named }).click();
      await until('the site knows', async () => {
        const { items } = await api(multicastRoutes.listRepresentatives);
        return items.some(({ machineId, rule }) => machineId === id && rule === 'named');
      });
      await assertSound(page);
      watch.assertQuiet();
    });
  }
});

/** A session of a machine that is not here, as the site itself would have written it down. */
function writeSession(dataDir: string, machineId: string) {
  const at = Date.now();
  const act = (text: string, ...values: (string | number)[]) => {
    const db = new DatabaseSync(join(dataDir, 'tenkai.db'), { timeout: 20_000 });
    db.prepare(text).run(...values);
    db.close();
  };
  act(
    `INSERT INTO multicast_sessions (id, deployment_id, content_id, address, port, sender_port, interface_address,
       content_bytes, started_at, datagrams, repairs, subnet, representative_id, chosen_by, line_bytes)
     VALUES ('s', 'd', 'c', '239.255.77.1', 56100, 56101, '10.0.14.3', 1048576, ?, 800, 20, '10.0.14.0/24', ?, 'named', 1048576)`,
    at,
    machineId,
  );
  act(
    `INSERT INTO multicast_members (session_id, number, run_id, machine_id, state) VALUES ('s', 1, 'r', ?, 'active')`,
    machineId,
  );
  return {
    end() {
      act("UPDATE multicast_members SET state = 'left', cause = 'loss'");
      act("UPDATE multicast_sessions SET ended_at = ?, outcome = 'ended'", at + 60_000);
    },
  };
}
