/** What a push gives to the agent, as it is drafted, kept and shown. That it arrives is shown on hosts. */
import assert from 'node:assert/strict';
import { pushKeyRoutes } from '@tenkai/protocol/api/push-keys.ts';
import { changeSiteSettings, getSiteSettings } from '@tenkai/protocol/api/site.ts';
import type { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { audited, onBoth, push, serve, show } from './pushes-for-test.ts';

onBoth(
  "AGENT-16: a push keeps the site's properties and its own, as they were when it was begun",
  async (t, under) => {
    const server = await serve(t, under);
    await server.call(pushKeyRoutes.create);
    const pushProperties = 'SMSSITECODE=tk1 SMSSLP=slp.example FSP=fsp.example';
    await server.call(changeSiteSettings, { body: { pushProperties } });
    assert.equal((await server.call(getSiteSettings)).pushProperties, pushProperties);
    const { id } = await push(server, { properties: ['FSP=', 'PATCH=/srv/a b.tkp'] });
    await server.call(changeSiteSettings, { body: { pushProperties: '' } });
    const { properties, managementPoint } = await show(server, id);
    assert.deepEqual(properties, [
      { name: 'MP', value: 'https://site.example:8443', origin: 'push' },
      { name: 'SITECODE', value: 'TK1', origin: 'site' },
      { name: 'LOCATOR', value: 'https://slp.example', origin: 'site' },
      { name: 'FSP', value: null, origin: 'push' },
      { name: 'PATCH', value: '/srv/a b.tkp', origin: 'push' },
    ]);
    assert.equal(managementPoint, 'https://site.example:8443');
    assert.match((await audited(server)).join('\n'), /pushes.created .*SITECODE=TK1 LOCATOR=.* FSP= PATCH=/);
    const second = await push(server, { properties: ['SMSMP=other.example'] });
    assert.equal((await show(server, second.id)).managementPoint, 'https://other.example');
  },
);

onBoth('AGENT-17: what cannot be given is refused with the rest of the draft', async (t, under) => {
  const server = await serve(t, under);
  await server.call(pushKeyRoutes.create);
  const refused = (properties: string[], managementPoint: string) =>
    push(server, { hosts: ['a b'], properties, managementPoint }).then(
      () => assert.fail('it was begun'),
      ({ problem }: RemoteProblem) => problem.problems?.map(({ field, code }) => `${field} ${code}`),
    );
  assert.deepEqual(await refused(['TICKET=/t', 'FSP=a;id', 'FPS=b', 'x'], 'https://site.example/$(id)'), [
    'hosts[0] push-host-invalid',
    'FSP property-address-wrong',
    'FPS property-unknown',
    'x property-malformed',
    'TICKET push-property-own',
    'managementPoint property-address-has-path',
  ]);
  await assert.rejects(
    server.call(changeSiteSettings, { body: { pushProperties: 'SMSFSP=a.example FSP=b.example' } }),
    refusedWith('properties-invalid'),
  );
  const asOperator = { as: 'operator', body: { pushProperties: 'FSP=a.example' } } as const;
  await assert.rejects(server.call(changeSiteSettings, asOperator), { status: 403 });
  assert.equal((await server.call(getSiteSettings)).pushProperties, '');
});
