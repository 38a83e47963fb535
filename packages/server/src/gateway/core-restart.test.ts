import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { createFirstAdministrator } from '@tenkai/protocol/api/users.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat } from '@tenkai/testkit/bare-agent.ts';
import { enrollByDialing } from '@tenkai/testkit/dialing-agent.ts';
import {
  ask,
  makeDataDir,
  type ReadySite,
  startSiteProcess,
  stopSiteProcess,
} from '@tenkai/testkit/site-process.ts';
import { openDatabase } from '../kernel/database/open-database.ts';
import { until } from './both-modes-for-test.ts';

async function childrenOf({ child }: ReadySite): Promise<number[]> {
  const text = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

/** Gone, or dead and not yet reaped. */
async function hasEnded(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat === '' || / Z /.test(stat);
}

/** A ticket, made by the first administrator through a gateway. */
async function makeTicket({ port, ca, setupLink }: ReadySite): Promise<string> {
  const post = async (path: string, body: object, headers = {}) => {
    const answer = await ask({ port, ca, method: 'POST', path, headers }, body);
    assert.equal(answer.status, 200, answer.text);
    return { ...JSON.parse(answer.text), cookie: String(answer.headers['set-cookie']).split(';')[0] };
  };
  const token = setupLink?.split('#')[1];
  const person = { token, name: 'hanako', password: 'correct horse battery' };
  const { cookie, csrf } = await post(createFirstAdministrator.path, person);
  const draft = { name: 'tests', maxUses: 1, validHours: 1 };
  const { secret } = await post(enrollmentRoutes.createTicket.path, draft, { cookie, 'x-tenkai-csrf': csrf });
  return secret;
}

test('kill -9 of the core: gateways say goodbye and end; what was acknowledged is there after the restart', async (t) => {
  const dataDir = await makeDataDir(t);
  const env = { TENKAI_DATA: dataDir, TENKAI_GATEWAYS: '2' };
  const site = await startSiteProcess(t, env);
  const where = { url: `https://localhost:${site.port}`, rootCertificate: site.ca };
  const agent = await enrollByDialing(where, { name: 'pc-1', ticket: await makeTicket(site) });
  atEnd(t, () => agent.close());
  for (let number = 1; number <= 5; number += 1)
    assert.equal((await agent.send(number, aHeartbeat())).acknowledged, number);
  const { closed, messages } = await agent.dial();

  const gateways = await childrenOf(site);
  assert.equal(gateways.length, 2);
  site.child.kill('SIGKILL');
  assert.equal(await closed, 1001);
  assert.deepEqual(messages, [{ type: 'goodbye', reconnectWithinMs: 2000 }]);
  for (const pid of gateways) await until(() => hasEnded(pid));
  await assert.rejects(agent.send(6, aHeartbeat()));

  const again = await startSiteProcess(t, env);
  const db = await openDatabase({ file: join(dataDir, 'tenkai.db') });
  const row = await db.read.one<{ taken: number }>('SELECT taken FROM machines_presence');
  await db.close();
  assert.equal(row?.taken, 5);
  const children = await childrenOf(again);
  assert.equal(children.length, 2);
  assert.equal(await stopSiteProcess(again), 0);
  for (const pid of children) await until(() => hasEnded(pid));
  assert.ok(!existsSync(join(dataDir, 'core.sock')));
  assert.doesNotMatch(again.output(), /"level":(50|60)/, 'a healthy site logs no error');
});
