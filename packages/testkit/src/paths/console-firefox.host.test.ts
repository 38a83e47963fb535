import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { enrollmentRoutes } from '@tenkai/protocol/api/machines.ts';
import { administrator, startConsoleSite, textsOf } from '../console/console-site.ts';
import { apiWith } from '../console/filled-site.ts';
import { noFirefox, startFirefox } from '../console/firefox.ts';
import { startSimulatedMachine } from '../console/simulated-machine.ts';

describe('the console in another browser', { skip: noFirefox }, () => {
  it('BCON-16, BCON-13: in an unmodified Firefox somebody signs in and sees the machines, and it complains of nothing', async (t) => {
    const texts = textsOf.ja;
    const { session, nav } = texts;
    const site = await startConsoleSite(t);
    const firefox = await startFirefox(t, { language: 'ja', ca: site.ca });
    const link = new URL(site.setupLink ?? '');
    await firefox.goto(`${site.url}${link.pathname}${link.hash}`);
    await firefox.type(session.name, administrator.name);
    await firefox.type(session.password, administrator.password);
    await firefox.type(session.passwordAgain, administrator.password);
    await firefox.click('button', session.setupAct);
    await firefox.see('heading', nav.overview);

    const api = await apiWith(await firefox.cookies(), site);
    const body = { name: 'test', maxUses: 1, validHours: 1 };
    const { secret: ticket } = await api(enrollmentRoutes.createTicket, { body });
    await firefox.click('link', nav.machines);
    await firefox.see('heading', nav.machines);
    // The page is open already: what comes now comes by its live connection.
    await startSimulatedMachine(t, { name: 'alder', url: site.url, ca: site.ca, ticket });
    await firefox.see('link', 'alder');
    const picture = await firefox.screenshot();
    assert.deepEqual([...picture.subarray(1, 4)], [...Buffer.from('PNG')]);
    assert.ok(picture.length > 10_000, 'something is drawn');
    assert.deepEqual(firefox.complaints(), []);
  });
});
