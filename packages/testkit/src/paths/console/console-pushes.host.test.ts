/** Pushes in the console, to a real sshd; the site has no package, so that nothing is installed here. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { listAudit } from '@tenkai/protocol/api/status.ts';
import type { Page } from 'playwright-core';
import { atEnd } from '../../at-end.ts';
import { assertSound } from '../../console/axe.ts';
import { noBrowser, startBrowser } from '../../console/browser.ts';
import { setUp, startConsoleSite, textsOf } from '../../console/console-site.ts';
import { apiOf } from '../../console/filled-site.ts';
import { watchPage } from '../../console/watch-page.ts';
import { noSshd, startLoopbackSshd } from '../../rig/loopback-sshd.ts';

const narrow = { width: 420, height: 900 };
const wide = { width: 1280, height: 900 };

describe('pushes in the console', { skip: noBrowser || noSshd }, () => {
  for (const language of ['en', 'ja'] as const) {
    it(`AGENT-16: machines are named, a host key approved, and what failed is said with its way out, in ${language}`, async (t) => {
      const texts = textsOf[language];
      const { pushes } = texts;
      const sshd = await startLoopbackSshd();
      atEnd(t, () => sshd.destroy());
      const site = await startConsoleSite(t, { TENKAI_AGENTS: '/nonexistent' });
      const browser = await startBrowser(t, { language, ca: site.ca });
      const page = await browser.newPage();
      page.setDefaultTimeout(60_000);
      const watch = watchPage(page);
      const look = (name: string) => lookAt(page, `${language}-${name}`);
      await setUp(page, site, language);
      await page.goto(`${site.url}/machines`);
      await page.getByRole('link', { name: pushes.title }).first().click();
      await page.getByText(pushes.none).waitFor();
      await page.getByText(pushes.noSiteKeys).waitFor();
      await page.getByLabel(pushes.fields.siteProperties).fill('SMSSITECODE=tk1\nSMSMP=site.example');
      await page.getByRole('button', { name: texts.common.save }).click();
      await page.getByText(texts.common.saved).waitFor();
      await look('empty');
      await page.getByRole('link', { name: pushes.new }).click();
      await page.getByRole('button', { name: pushes.makeKey }).click();
      const publicKey = await page.locator('[data-secret]').innerText();
      await page.getByLabel(pushes.fields.hosts, { exact: true }).fill(`${sshd.host}\n-oProxyCommand=id\n`);
      await page.getByRole('button', { name: pushes.check }).click();
      await page
        .getByText(texts.failures['push-host-invalid'].message.replace('{host}', '-oProxyCommand=id'))
        .waitFor();
      await page.getByText(pushes.noPackages).waitFor();
      const address = page.getByLabel(pushes.fields.managementPoint);
      assert.equal(await address.inputValue(), 'https://site.example');
      const properties = page.getByLabel(pushes.fields.properties);
      await properties.fill('FSP=a$(id) TICKET=/t');
      const { 'property-address-wrong': wrong, 'push-property-own': own } = texts.failures;
      await page.getByText(wrong.message.replace('{value}', 'a$(id)')).waitFor();
      await page.getByText(own.message.replace('{name}', 'TICKET')).waitFor();
      await look('form');
      await properties.fill('SMSFSP=fsp.example DNSSUFFIX=');
      await page.getByLabel(pushes.fields.hosts, { exact: true }).fill(sshd.host);
      await page.getByLabel(pushes.fields.retries).fill('0');
      await page.getByLabel(pushes.signIns.password, { exact: true }).check();
      await page.getByRole('textbox', { name: pushes.fields.password, exact: true }).fill('wrong-password-3');
      const begin = new RegExp(
        pushes.begin_other.replace('{count} machines', '1 machine').replace('{count}', '1'),
      );
      await page.getByRole('button', { name: begin }).click();
      await page.getByText(await sshd.fingerprint()).waitFor();
      const given = page.getByRole('list', { name: pushes.givenProperties }).getByRole('listitem');
      assert.deepEqual(await given.allInnerTexts(), [
        `SITECODE=TK1 ${pushes.propertyOrigins.site}`,
        `MP=https://site.example ${pushes.propertyOrigins.site}`,
        `DNSSUFFIX= ${pushes.propertyOrigins.push} · ${pushes.takenAway}`,
        `FSP=https://fsp.example ${pushes.propertyOrigins.push}`,
      ]);
      await look('approval');
      await page.getByRole('button', { name: `${pushes.approve}: ${sshd.host}` }).click();
      await page.getByText(texts.failures['push-sign-in-refused'].remedy).waitFor();
      await look('failed');
      // The password is not held any more: the dialog asks for it, or for another way.
      await page.getByRole('button', { name: `${pushes.retryAct}: ${sshd.host}` }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(pushes.secretGone).waitFor();
      await look('retry');
      assert.match(publicKey, /^ssh-ed25519 /);
      await sshd.admit(publicKey);
      await dialog.getByLabel(pushes.signIns['site-key'], { exact: true }).check();
      await dialog.getByRole('button', { name: pushes.retryAct }).click();
      await page.getByText(texts.failures['push-package-missing'].remedy).waitFor();
      await sshd.changeHostKey();
      await page.getByRole('button', { name: `${pushes.retryAct}: ${sshd.host}` }).click();
      await page.getByRole('dialog').getByRole('button', { name: pushes.retryAct }).click();
      await page.getByText(pushes.known).waitFor();
      await page.getByText(await sshd.fingerprint()).waitFor();
      await look('changed-key');
      await page.getByRole('link', { name: pushes.title }).click();
      await page.getByText(pushes.states.failed).waitFor();
      await look('list');
      const { items } = await (await apiOf(browser, site))(listAudit, { query: { limit: 100 } });
      assert.ok(items.some(({ action }) => action === 'push-host-keys.believed'));
      assert.ok(!JSON.stringify(items).includes('wrong-password-3'));
      watch.assertQuiet();
    });
  }
});

/** Accessible, and no wider than the window, on a desk and in a hand. TENKAI_PICTURES: a folder for pictures of it. */
async function lookAt(page: Page, name: string) {
  for (const [size, viewport] of Object.entries({ wide, narrow })) {
    await page.setViewportSize(viewport);
    await assertSound(page, `${name}, ${size}`);
    const folder = process.env.TENKAI_PICTURES;
    if (folder) await page.screenshot({ path: join(folder, `${name}-${size}.png`), fullPage: true });
  }
  await page.setViewportSize(wide);
}
