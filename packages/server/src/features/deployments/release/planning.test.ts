import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StepCondition } from '@tenkai/domain';
import { packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import {
  aDeployment,
  aMachine,
  anInventory,
  aPackage,
  aScenario,
  installStep,
} from '@tenkai/testkit/builders.ts';
import { deploy, runsOf, settle } from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { createPlanner } from './planning.ts';

const asks = (query: string): StepCondition => ({ kind: 'query', query });
const softwareWanted = asks('software has "nginx"');
const packages = { sealedPackage: async (id: string) => aPackage({ id }) };
const plannerOf = (condition: StepCondition | undefined, around?: StepCondition) => {
  const step = installStep('hello', condition ? { condition } : {});
  const group = { kind: 'group' as const, id: 'g', name: 'g', steps: [step] };
  const steps = around ? [{ ...group, condition: around }] : [step];
  return createPlanner({ packages } as never, aScenario({ steps }), aDeployment());
};

test('a planner says whether it must know the software of a machine, however deep its question lies', async () => {
  const deep: StepCondition = {
    kind: 'any',
    of: [{ kind: 'not', of: { kind: 'all', of: [softwareWanted] } }],
  };
  for (const [needs, condition, around] of [
    [false, undefined],
    [false, asks('hardware.memoryBytes >= 8GiB')],
    [true, softwareWanted],
    [true, asks('not (hardware.cpu.cores > 1 or software["nginx"].version > 1)')],
    [true, deep],
    [true, undefined, softwareWanted],
    [false, asks('this is no query')],
  ] as const)
    assert.equal(
      (await plannerOf(condition, around)).needsSoftware,
      needs,
      JSON.stringify([condition, around]),
    );
});

test('where no query asks for it, the plan is made without a look at the software', async () => {
  const planner = await plannerOf(asks('hardware.memoryBytes >= 1GiB'));
  const inventory = Object.defineProperty(anInventory(), 'software', {
    get: () => assert.fail('it was looked at'),
  });
  assert.equal(planner.planFor(aMachine({ inventory })).state, 'applicable');
});

onBothEngines(
  'a step that asks for software is planned with it, also beside deployments that do not ask',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    for (const name of ['bare', 'with-nginx']) {
      const agent = await enrolledAgent(server, { name });
      const software = name === 'bare' ? [] : [{ name: 'nginx', version: '1', source: 'dpkg' as const }];
      await agent.report(aHeartbeat(), aWholeInventory({ ...anInventory(), software }));
    }
    await settle(server);
    await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: null } });
    const step = installStep('hello', { condition: softwareWanted });
    const { id: scenarioId } = await server.call(scenarioRoutes.create, {
      body: aScenario({ steps: [step] }),
    });
    const plain = deploy(server, {
      name: 'plain',
      subject: { kind: 'program', packageId: 'hello', program: null },
    });
    const asking = deploy(server, { name: 'asking', subject: { kind: 'scenario', scenarioId } });
    const states = async (id: string) =>
      (await runsOf(server, id)).map(({ machineName, status }) => `${machineName} ${status}`).sort();
    assert.deepEqual((await states((await plain).id)).length, 2);
    assert.deepEqual(
      (await states((await asking).id)).filter((text) => text.startsWith('bare')),
      ['bare not-applicable'],
    );
    assert.doesNotMatch((await states((await asking).id)).join(), /with-nginx not-applicable/);
  },
);
