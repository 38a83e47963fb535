import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findingTable } from '@tenkai/certificates/findings.ts';
import type { CertificatesFact } from '@tenkai/domain';
import { deploymentRoutes } from '@tenkai/protocol/api/deployments.ts';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { aWholeInventory } from '../../bare-agent.ts';
import { anInventory } from '../../builders.ts';
import { assertSound } from '../../console/axe.ts';
import { noBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import { openConsole } from '../../console/open-console.ts';
import { startSimulatedMachine } from '../../console/simulated-machine.ts';

const nul = { state: 'repairable', code: 'name-nul', store: 'SMS', place: 'AB12' } as const;

function told(hostname: string, faults: CertificatesFact['faults']) {
  const { agent, ...rest } = anInventory();
  return aWholeInventory({
    ...rest,
    network: { hostname, interfaces: [] },
    agent: { ...agent, certificates: { count: 2, faults } },
  });
}

describe('the certificates of the fleet in the console', { skip: noBrowser }, () => {
  for (const language of ['en', 'ja'] as const) {
    it(`IDENT-15: counted on the overview, listed by state, said on the machine, and repaired by one button, in ${language}`, async (t) => {
      const { certificates } = textsOf[language];
      const { site, page, watch, api } = await openConsole(t, language);
      const body = { name: 'test', maxUses: 2, validHours: 1 };
      const { secret: ticket } = await api(enrollmentRoutes.createTicket, { body });
      const machine = (name: string, faults: CertificatesFact['faults']) =>
        startSimulatedMachine(t, {
          ...{ name, url: site.url, ca: site.ca, ticket },
          reports: [told(name, faults)],
        });
      await machine('alder', [nul]);
      await machine('birch', []);

      await page.goto(site.url);
      const panel = page.getByRole('region', { name: certificates.title });
      await panel.getByRole('link', { name: certificates.states.repairable }).click();
      const table = page.getByRole('main');
      await table.getByRole('link', { name: 'alder' }).waitFor();
      assert.equal(await table.getByRole('link', { name: 'birch' }).count(), 0);
      await table.getByRole('link', { name: 'alder' }).click();
      await page.getByText(findingTable['name-nul'][language]).waitFor();
      await assertSound(page);

      await page.goto(site.url);
      await panel.getByRole('button', { name: certificates.repair }).click();
      const dialog = page.getByRole('dialog');
      await assertSound(page);
      await dialog.getByRole('button', { name: certificates.repair }).click();
      await page.waitForURL('**/deployments/*');
      const { items } = await api(deploymentRoutes.list, { query: {} });
      assert.deepEqual(
        items.map(({ draft }) => draft.subject),
        [{ kind: 'program', packageId: 'tenkai-certfix', program: 'certfix' }],
      );
      watch.assertQuiet();
    });
  }
});
