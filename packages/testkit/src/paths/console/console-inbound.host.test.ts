import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FirewallFact } from '@tenkai/domain';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { aWholeInventory } from '../../bare-agent.ts';
import { anInventory } from '../../builders.ts';
import { assertSound } from '../../console/axe.ts';
import { noBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import { openConsole } from '../../console/open-console.ts';
import { startSimulatedMachine } from '../../console/simulated-machine.ts';

const echo = {
  rule: 'Tenkai(agent ICMPv4:10.0.0.1)',
  firewall: 'windows',
  where: 'public',
  remedy: 'tenkai-agent firewall open',
};
const udp = {
  rule: 'Tenkai(agent UDP:56100-56227)',
  firewall: 'windows',
  where: 'any',
  remedy:
    'The rule "No datagrams" of Windows\' firewall blocks it, and a rule that blocks wins: disable that rule, or limit it to what it is for.',
};

function told(hostname: string, firewall: FirewallFact) {
  const { agent, ...rest } = anInventory();
  return aWholeInventory({ ...rest, network: { hostname, interfaces: [] }, agent: { ...agent, firewall } });
}

describe('machines whose firewall lets the site not in, in the console', { skip: noBrowser }, () => {
  for (const language of ['en', 'ja'] as const) {
    it(`BAGT-21, BFWL-03, BFWL-28: listed by state, and said on the machine with each missing rule and its remedy, in ${language}`, async (t) => {
      const { machines } = textsOf[language];
      const { site, page, watch, api } = await openConsole(t, language);
      const body = { name: 'test', maxUses: 3, validHours: 1 };
      const { secret: ticket } = await api(enrollmentRoutes.createTicket, { body });
      const machine = (name: string, fact: FirewallFact) =>
        startSimulatedMachine(t, {
          ...{ name, url: site.url, ca: site.ca, ticket },
          reports: [told(name, fact)],
        });
      await machine('alder', { active: ['windows'], missing: [echo, udp] });
      await machine('birch', { active: ['windows'], missing: [] });
      await machine('cedar', { active: [], missing: [] });

      const open = async (name: string) => {
        await page.goto(`${site.url}/machines`);
        await page.getByRole('link', { name }).click();
        await page.getByRole('heading', { level: 1, name }).waitFor();
      };
      await page.goto(`${site.url}/machines`);
      await page.getByRole('link', { name: 'birch' }).waitFor();
      await page.getByRole('combobox', { name: machines.columns.inbound }).click();
      await page.getByRole('option', { name: machines.inbound.blocked }).click();
      await page.getByRole('link', { name: 'birch' }).waitFor({ state: 'detached' });
      assert.equal(new URL(page.url()).search, '?inbound=blocked');
      await assertSound(page);
      await page.getByRole('link', { name: 'alder' }).click();
      await page.getByRole('heading', { level: 1, name: 'alder' }).waitFor();
      const main = page.getByRole('main');
      await main.getByText(machines.inbound.blocked).waitFor();
      await main.getByText(machines.facts.firewallBlocked).waitFor();
      for (const { rule, firewall, where, remedy } of [echo, udp])
        await main.getByText(`${rule} (${firewall}, ${where}): ${remedy}`).waitFor();
      await assertSound(page);

      await open('birch');
      await main.getByText(machines.facts.firewallOpen.replace('{firewalls}', 'windows')).waitFor();
      assert.equal(await main.getByText(machines.inbound.blocked).count(), 0);
      await open('cedar');
      await main.getByText(machines.facts.firewallNone).waitFor();
      watch.assertQuiet();
    });
  }
});
