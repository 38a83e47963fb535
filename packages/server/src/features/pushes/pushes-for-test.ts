/** A server of its own for each test of pushes, and one real sshd for all of a file. */
import type { TestContext } from 'node:test';
import { after } from 'node:test';
import { type PushDetail, type PushRequest, pushRoutes } from '@tenkai/protocol/api/pushes.ts';
import { listAudit } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { type EngineUnderTest, onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { type LoopbackSshd, noSshd, startLoopbackSshd } from '@tenkai/testkit/rig/loopback-sshd.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';

export const limitMs = 120_000;
export const password = 'k9-never-to-be-written-anywhere';
export let sshd: LoopbackSshd;
const started = noSshd ? undefined : startLoopbackSshd();
after(async () => (await started)?.destroy());

export const request = (over: Partial<PushRequest> = {}): PushRequest => ({
  hosts: [sshd.host],
  user: sshd.user,
  credentials: { kind: 'site-key' },
  hostKeys: 'ask',
  knownHosts: '',
  managementPoint: 'https://site.example:8443',
  parallel: 2,
  retries: 0,
  includesManaged: false,
  ...over,
});

export function onBoth(name: string, run: (t: TestContext, under: EngineUnderTest) => Promise<void>) {
  onBothEngines(name, async (t, under) => {
    if (!started) return t.skip(String(noSshd));
    sshd = await started;
    await run(t, under);
  });
}

export async function serve(t: TestContext, { databaseUrl }: EngineUnderTest): Promise<TestServer> {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  return server;
}

/** With the token of a user of one's own. */
export const asBefore = (server: TestServer, token: string): TestServer => ({
  ...server,
  call: (route, input) =>
    server.call(route, { ...input, as: null, headers: { authorization: `Bearer ${token}` } } as typeof input),
});

export const show = (server: TestServer, id: string) => server.call(pushRoutes.get, { params: { id } });

/** Waits until the push is in this state, and no machine of it is on its way. */
export async function settled(
  server: TestServer,
  id: string,
  state: PushDetail['state'],
): Promise<PushDetail> {
  let last: PushDetail | undefined;
  await until(
    `the push is ${state}, not ${last?.state}`,
    async () => {
      last = await show(server, id);
      return last.state === state;
    },
    limitMs,
  );
  return last as PushDetail;
}

export const push = (server: TestServer, over: Partial<PushRequest> = {}) =>
  server.call(pushRoutes.create, { body: request(over) });
export const approve = (
  server: TestServer,
  { id, hosts }: PushDetail,
  fingerprints = hosts[0]?.offered ?? [],
) =>
  server.call(pushRoutes.decideHostKeys, {
    params: { id },
    body: { decisions: [{ position: 0, fingerprints, isApproved: true }] },
  });
export const audited = async (server: TestServer) =>
  (await server.call(listAudit, { query: { limit: 1000 } })).items.map(
    ({ action, details }) => `${action} ${JSON.stringify(details)}`,
  );
