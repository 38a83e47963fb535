import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  enrollmentRoutes,
  machineRoutes,
  packageRoutes,
  scenarioRoutes,
} from '@tenkai/protocol/api/index.ts';
import { aScenario, installStep } from '../../builders.ts';
import { noBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import { type OpenConsole, openConsole } from '../../console/open-console.ts';
import { startSimulatedMachine } from '../../console/simulated-machine.ts';
import { aDraft } from '../../package-draft.ts';

const texts = textsOf.ja;

describe('cautions in the console', { skip: noBrowser }, () => {
  it('BCON-19: each caution stands where the choice is made: a quiet installer, an urgency, a missing prerequisite, BitLocker', async (t) => {
    const opened = await openConsole(t, 'ja');
    await quietInstaller(opened);
    await urgency(opened);
    const { site, api } = opened;
    const { secret } = await api(enrollmentRoutes.createTicket, {
      body: { name: 'test', maxUses: 1, validHours: 1 },
    });
    await startSimulatedMachine(t, { name: 'alder', url: site.url, ca: site.ca, ticket: secret });
    await prerequisite(opened);
    await bitLocker(opened);
    opened.watch.assertQuiet();
  });
});

/** At the switches of the program, before anything is saved. */
async function quietInstaller({ site, page }: OpenConsole): Promise<void> {
  const { tabs, fields, switches } = texts.packages;
  await page.goto(`${site.url}/packages/new`);
  await page.getByRole('tab', { name: tabs.execution }).click();
  await page.locator('input[type=file]:not([webkitdirectory])').setInputFiles({
    name: 'update.exe',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('MZ'),
  });
  await page.getByRole('combobox', { name: fields.executable }).fill('update.exe');
  await page.keyboard.press('Escape');
  const parameters = page.getByRole('textbox', { name: fields.parameters });
  const wanted = page.getByText(/-u, -q のどれか 1 つだけを指定してください/);
  await wanted.waitFor();
  const quiet = page.getByRole('radio', { name: new RegExp(switches.quiet) });
  const risk = await quiet.getAttribute('aria-describedby');
  assert.equal(await page.locator(`[id="${risk}"]`).textContent(), switches.quietRisk);
  await quiet.check();
  await wanted.waitFor({ state: 'detached' });
  assert.match(await parameters.inputValue(), /(^| )-q( |$)/);
}

/** On the scenario that names the package. */
async function urgency({ site, page, api }: OpenConsole): Promise<void> {
  await api(packageRoutes.create, {
    body: { draft: aDraft({ id: 'urgent', urgency: 'high' }), contentId: null },
  });
  const { id } = await api(scenarioRoutes.create, { body: aScenario({ steps: [installStep('urgent')] }) });
  await page.goto(`${site.url}/scenarios/${id}`);
  const cautions = page.getByRole('list', { name: texts.scenarios.problems });
  await cautions.getByText(/urgent の緊急度は「.*自動更新でも配信されます/).waitFor();
}

/** On the machine that would need it: SP3 without what comes before it. */
async function prerequisite({ site, page, api }: OpenConsole): Promise<void> {
  const draft = aDraft({ id: 'sp3', urgency: 'highest', requires: [{ anyOf: ['sp1'] }] });
  await api(packageRoutes.create, { body: { draft, contentId: null } });
  const [machine] = (await api(machineRoutes.list, { query: {} })).items;
  await page.goto(`${site.url}/machines/${machine?.id}?tab=updates`);
  await page.getByText('sp3 には先に sp1 が必要ですが、登録されていません。').first().waitFor();
}

/** On the page of the system whose machines cannot be backed up with it. */
async function bitLocker({ site, page }: OpenConsole): Promise<void> {
  await page.goto(`${site.url}/systems?search=windows+7`);
  await page
    .getByRole('row', { name: /Windows 7/ })
    .first()
    .press('Enter');
  await page.getByText(texts.reasons['system-note-bitlocker']).first().waitFor();
}
