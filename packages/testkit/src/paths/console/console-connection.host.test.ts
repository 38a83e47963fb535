import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { propertyMessages } from '@tenkai/domain/assignment/property-history.ts';
import { findingTexts, partNames } from '@tenkai/domain/diagnosis/texts.ts';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { listAudit } from '@tenkai/protocol/api/status.ts';
import { assertSound } from '../../console/axe.ts';
import { noBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import { openConsole } from '../../console/open-console.ts';
import { startSimulatedMachine } from '../../console/simulated-machine.ts';
import { until } from '../../rig/until.ts';

const texts = textsOf.ja;

describe('the connection of a machine in the console', { skip: noBrowser }, () => {
  it('BFWL-30, AGENT-30: a machine is diagnosed, and what its agent has lost is shown', async (t) => {
    const { site, page, watch, api } = await openConsole(t, 'ja');

    await page.goto(`${site.url}/enrollment`);
    await page.getByText(texts.fallback.none).waitFor();
    assert.equal(await page.getByText(texts.lostProperties.title).count(), 0, 'nothing is lost');

    const body = { name: 'test', maxUses: 1, validHours: 1 };
    const { secret: ticket } = await api(enrollmentRoutes.createTicket, { body });
    const params = { name: 'FSP', from: 'https://fsp.example', to: '-', origin: 'patch', version: '0.1.1' };
    const lost = { kind: 'status', severity: 'warning', code: propertyMessages.lost, params, at: 5 } as const;
    await startSimulatedMachine(t, { name: 'alder', url: site.url, ca: site.ca, ticket, reports: [lost] });
    const machine = await until('the machine is on', async () =>
      (await api(machineRoutes.list, { query: {} })).items.find(({ isOnline }) => isOnline),
    );

    await page.reload();
    const row = page.getByRole('listitem').filter({ hasText: 'FSP=https://fsp.example' });
    await row.getByText(texts.lostProperties.origins.patch).waitFor();
    await row.getByRole('link', { name: 'alder' }).click();

    await page.getByRole('button', { name: texts.machines.acts.diagnose }).click();
    const dialog = page.getByRole('dialog');
    const { findings } = await api(machineRoutes.diagnose, { params: { id: machine.id } });
    assert.ok(findings.length > 0);
    for (const finding of findings) {
      const name = page.getByText(partNames[finding.part].ja, { exact: true });
      const part = dialog.getByRole('listitem').filter({ has: name });
      await part.getByText(texts.machines.diagnose.states[finding.state]).waitFor();
      const { message } = findingTexts(finding, 'ja');
      assert.ok((await part.textContent())?.includes(message), message);
    }
    assert.equal(await dialog.getByRole('listitem').count(), findings.length);
    await assertSound(page);
    await dialog.getByRole('button', { name: texts.common.close }).first().click();
    await dialog.waitFor({ state: 'detached' });

    const { acts } = texts.machines;
    await page.getByRole('button', { name: acts.keys }).click();
    await page.getByRole('menuitem', { name: acts.renewKeys }).click();
    await dialog.getByRole('button', { name: acts.renewKeys }).click();
    await page.getByText(texts.machines.outcome.replace('{taken}', '1').replace('{count}', '1')).waitFor();
    const { items } = await api(listAudit, { query: { action: 'machines.renew-keys' } });
    assert.equal(items.length, 1);
    watch.assertQuiet();
  });
});
