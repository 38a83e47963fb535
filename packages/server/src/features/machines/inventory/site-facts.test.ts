import assert from 'node:assert/strict';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';

onBothEngines(
  'BAGT-25, BFWL-14: with each answer agents hear the multicast ports of their site and where it is from now on',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    const told = async () => (await agent.report(aHeartbeat())).site;
    const usual = { first: 56_100, last: 56_227 };
    assert.deepEqual(await told(), { multicastPorts: usual, address: null });
    const change = (body: Parameters<typeof server.call<typeof changeSiteSettings>>[1]) =>
      server.call(changeSiteSettings, body);
    const address = 'https://new.example:8443';
    await change({ body: { multicastFirstPort: 40_000, multicastSessions: 8, agentAddress: address } });
    await server.kernel.events.idle();
    assert.deepEqual(await told(), { multicastPorts: { first: 40_000, last: 40_015 }, address });
    await change({ body: { multicast: false, agentAddress: null } });
    await server.kernel.events.idle();
    assert.deepEqual(await told(), { multicastPorts: null, address: null });
    for (const wrong of [
      'http://new.example',
      'https://new.example/path',
      'https://user@new.example',
      'new.example',
    ])
      await assert.rejects(change({ body: { agentAddress: wrong } }), { status: 422 });
  },
);
