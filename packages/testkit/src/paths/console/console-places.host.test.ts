import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { distributionPointRoutes, packageRoutes } from '@tenkai/protocol/api/index.ts';
import { createApiToken } from '@tenkai/protocol/api/users.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import { atEnd } from '../../at-end.ts';
import { assertSound } from '../../console/axe.ts';
import { noBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import type { ConsoleSite } from '../../console/filled-site.ts';
import { openConsole } from '../../console/open-console.ts';
import { aDraft } from '../../package-draft.ts';
import { makeRigFolder } from '../../rig/rig-folder.ts';
import { until } from '../../rig/until.ts';
import { upload } from '../scene/deploy.ts';
import { pinnedFetch } from '../scene/pinned-fetch.ts';

const limitMs = 60_000;

describe('where a package lies, in the console', { skip: noBrowser }, () => {
  for (const language of ['en', 'ja'] as const) {
    it(`DIST-07, DIST-28: distribution points are chosen for a package, and one that is left out gives up its copy, in ${language}`, async (t) => {
      const { packages, common } = textsOf[language];
      const folder = await makeRigFolder('places');
      atEnd(t, () => rm(folder, { recursive: true }));
      const server = await serve(folder);
      atEnd(t, () => void server.close());
      const { site, page, watch, api } = await openConsole(t, language);
      for (const name of ['east', 'west'])
        await addPoint(api, { name, folder: join(folder, name), port: server.port });
      const contentId = await putContent(api, site, join(folder, 'content'));
      await api(packageRoutes.create, { body: { draft: aDraft({ id: 'fix', name: 'Fix' }), contentId } });
      const held = async () => {
        const { places } = await api(packageRoutes.get, { params: { id: 'fix' } });
        return places
          .filter(({ pointId, state }) => pointId !== 'site' && state === 'current')
          .map(({ name }) => name)
          .sort()
          .join();
      };

      await page.goto(`${site.url}/packages/fix`);
      const dialog = page.getByRole('dialog');
      const choose = async (change: () => Promise<void>) => {
        await page.getByRole('button', { name: packages.place.title }).click();
        await dialog.getByLabel('east').waitFor();
        await change();
        await assertSound(page);
        await dialog.getByRole('button', { name: common.save }).click();
        await dialog.waitFor({ state: 'detached' });
      };
      const row = (name: string) => page.locator('li', { hasText: name });
      await choose(() => dialog.getByLabel(packages.place.all).check());
      await until('both have it', async () => (await held()) === 'east,west', limitMs);
      // The page hears of it by itself.
      for (const name of ['east', 'west']) await row(name).getByText(packages.places.current).waitFor();
      await choose(async () => {
        assert.equal(await dialog.getByLabel('east').isChecked(), true);
        await dialog.getByLabel('east').uncheck();
      });
      await until('only one has it', async () => (await held()) === 'west', limitMs);
      await row('east').waitFor({ state: 'detached' });
      await row('west').getByText(packages.places.current).waitFor();
      watch.assertQuiet();
    });
  }
});

/** A web server of the folder, as each distribution point has one. */
async function serve(folder: string) {
  const server = createServer((request, response) => {
    const file = createReadStream(join(folder, new URL(request.url ?? '/', 'http://localhost').pathname));
    file.on('error', () => response.writeHead(404).end());
    file.pipe(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

interface Place {
  readonly name: string;
  readonly folder: string;
  readonly port: number;
}

async function addPoint(api: Client, { name, folder, port }: Place): Promise<void> {
  await mkdir(folder);
  const place = { baseUrl: `http://127.0.0.1:${port}/${name}`, folder, hasFileView: false };
  await api(distributionPointRoutes.create, {
    body: { name, ...place, isEnabled: true, takesAll: false, preference: 1000 },
  });
}

async function putContent(api: Client, site: ConsoleSite, folder: string): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, 'setup.sh'), '#!/bin/sh\nexit 0\n');
  const { secret } = await api(createApiToken, {
    body: { name: 'upload', role: 'administrator', expiresInDays: 1 },
  });
  const fetch = await pinnedFetch(site.url, site.rootFingerprint);
  const request = (path: string, init: RequestInit) =>
    fetch(site.url + path, { ...init, headers: { authorization: `Bearer ${secret}`, ...init.headers } });
  const { contentId } = await upload({ api, request }, folder);
  return contentId;
}
