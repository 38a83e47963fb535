import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { packageRoutes, repositoryRoutes } from '@tenkai/protocol/api/index.ts';
import type { Page } from 'playwright-core';
import { assertSound } from '../../console/axe.ts';
import { noBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import { openConsole } from '../../console/open-console.ts';
import { createRepository } from '../../package-repository.ts';

describe('package repositories in the console', { skip: noBrowser }, () => {
  for (const language of ['en', 'ja'] as const) {
    it(`BAUT-24: a repository is added, and a held package approved with another urgency, in ${language}`, async (t) => {
      const texts = textsOf[language];
      const repository = await createRepository(t);
      await repository.publish({ id: 'app', name: 'App', urgency: 'highest' });
      await repository.publish({ id: 'tool', name: 'Tool', urgency: 'low' });
      const { site, page, watch, api } = await openConsole(t, language);
      await page.goto(`${site.url}/repositories`);
      await page.getByRole('button', { name: texts.repositories.new }).click();
      await fill(page, texts, {
        url: pathToFileURL(repository.folder).href,
        // As people read it to each other.
        fingerprint: repository.key.fingerprint.toUpperCase().replace(/(..)(?=.)/g, '$1:'),
      });
      await assertSound(page);
      await page.getByRole('dialog').getByRole('button', { name: texts.common.save }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'main', exact: true }).click();
      // The page hears of the pull by itself.
      await page.getByRole('button', { name: `${texts.repositories.approve}: app` }).click();
      await page.getByRole('dialog').getByLabel(texts.packages.fields.urgency).click();
      await page.getByRole('option', { name: texts.packages.urgencies.normal }).click();
      await page.getByRole('dialog').getByRole('button', { name: texts.repositories.approve }).click();
      await page.getByText(texts.repositories.packageStates.registered, { exact: true }).waitFor();
      await page.getByRole('button', { name: `${texts.repositories.reject}: tool` }).click();
      await page.getByRole('dialog').getByRole('button', { name: texts.repositories.reject }).click();
      await page.getByText(texts.repositories.packageStates.rejected, { exact: true }).waitFor();
      await assertSound(page);
      const { items } = await api(packageRoutes.list, { query: {} });
      assert.deepEqual(
        items
          .filter(({ origin }) => origin !== 'built-in')
          .map(({ id, urgency, origin }) => `${id} ${urgency} ${origin}`),
        ['app normal repository:main'],
      );
      await repository.damage('index.json');
      await page.getByRole('button', { name: texts.repositories.pullNow }).click();
      await page.getByText(texts.repositories.states.failed).waitFor();
      const [row] = (await api(repositoryRoutes.list, {})).items;
      assert.ok(row?.error);
      await assertSound(page);
      watch.assertQuiet();
    });
  }
});

async function fill(
  page: Page,
  texts: (typeof textsOf)['en'] | (typeof textsOf)['ja'],
  values: { url: string; fingerprint: string },
) {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(texts.common.name, { exact: true }).fill('main');
  await dialog.getByLabel(texts.repositories.url, { exact: true }).fill(values.url);
  await dialog.getByLabel(texts.repositories.fingerprint).fill(values.fingerprint);
}
