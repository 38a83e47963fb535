import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { atEnd } from '../../at-end.ts';
import { assertSound } from '../../console/axe.ts';
import { noBrowser, startBrowser } from '../../console/browser.ts';
import { setUp, startConsoleSite, textsOf } from '../../console/console-site.ts';
import { watchPage } from '../../console/watch-page.ts';
import { output } from '../../rig/command.ts';
import { makeGuardedHost, noFirewall } from '../../rig/guarded-host.ts';
import { makeRigFolder } from '../../rig/rig-folder.ts';

const main = resolve(import.meta.dirname, '../../../../cli/src/main.ts');
const dropping = `table inet host {
  chain inbound { type filter hook input priority 0; policy drop; }
}`;

describe('the state of the site in the console', { skip: noBrowser || noFirewall('nftables') }, () => {
  for (const [language, colorScheme] of [
    ['en', 'light'],
    ['ja', 'dark'],
  ] as const) {
    it(`BSRV-21: a firewall that was turned on later is red with its rules and one command, and green after it, in ${language}`, async (t) => {
      const { overview } = textsOf[language];
      const host = await makeGuardedHost('nftables');
      atEnd(t, () => host.destroy());
      const folder = await makeRigFolder('firewall-check');
      atEnd(t, () => rm(folder, { recursive: true }));
      const file = join(folder, 'check.json');
      const env = { PATH: process.env.PATH ?? '', HOME: '/root', TENKAI_PORT: '8443' };
      const tenkai = (...words: string[]) =>
        output(host.command([process.execPath, main, ...words]), { env });
      const look = () => tenkai('firewall', 'check', '--role', 'server', '--write', file);

      await output(host.command(['nft', '-f', '-']), { input: dropping });
      const site = await startConsoleSite(t, { TENKAI_FIREWALL_CHECK: file });
      // What was written before the server began says nothing.
      await look();
      const browser = await startBrowser(t, { language, colorScheme, ca: site.ca });
      const page = await browser.newPage();
      page.setDefaultTimeout(60_000);
      const watch = watchPage(page);
      await setUp(page, site, language);
      const panel = page.getByRole('region', { name: overview.health.title });
      await panel.getByText(overview.health.states.closed).waitFor();
      await panel.getByText('Tenkai(TCP:8443)', { exact: true }).waitFor();
      const command = await panel.locator('code').innerText();
      assert.equal(command, 'tenkai firewall open --role server');
      await assertSound(page);
      await page.setViewportSize({ width: 390, height: 800 });
      await assertSound(page);

      await tenkai(...command.split(' ').slice(1));
      await look();
      await panel.getByText(overview.health.states.open, { exact: true }).waitFor();
      assert.equal(await panel.getByText('Tenkai(TCP:8443)', { exact: true }).count(), 0);
      watch.assertQuiet();
    });
  }
});
