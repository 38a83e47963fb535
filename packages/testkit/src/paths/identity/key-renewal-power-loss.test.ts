/** A machine gets new keys with the power lost after every single act of it. */
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renewalSteps } from '@tenkai/agent/certificates/renewal.ts';
import {
  act,
  copyOfKeys,
  goesOn,
  isWhollyNew,
  machineOf,
  options,
  type StepName,
  tokenWith,
} from './key-renewal-for-test.ts';

const names = Object.keys(renewalSteps) as StepName[];

for (const [index, name] of names.entries())
  test(
    `renewal: with the power lost after "${name}" the machine goes on, and the next renewal comes to its end`,
    options,
    async (t) => {
      const { server, agent, old, renewal } = await machineOf(t);
      await act(t, renewal, names.slice(0, index + 1));
      await goesOn(server, agent);
      if (index < names.indexOf('switch'))
        assert.ok(await tokenWith(renewal, old), 'the old key is good still');
      else await isWhollyNew(t, agent, old);
      const before = copyOfKeys(t, agent);
      const { status, stderr } = await agent.command('cert', 'renew');
      assert.equal(status, 0, stderr);
      await isWhollyNew(t, agent, before);
      await goesOn(server, agent);
    },
  );

test(
  'renewal: the power lost between both keys of the switch is made good by the next start',
  options,
  async (t) => {
    const { server, agent, old, renewal } = await machineOf(t);
    await act(t, renewal, ['make', 'announce']);
    const folder = agent.data.identity;
    renameSync(join(folder, 'next', 'signing.key'), join(folder, 'signing.key'));
    await goesOn(server, agent);
    await isWhollyNew(t, agent, old);
  },
);
