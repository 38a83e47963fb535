import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { texts } from '@tenkai/agent/self-service/texts.ts';
import type { AgentStatus } from '@tenkai/agent/status.ts';
import { isFinal } from '@tenkai/domain';
import { deploymentRoutes, packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import { listAudit } from '@tenkai/protocol/api/status.ts';
import type { Page } from 'playwright-core';
import { atEnd } from '../at-end.ts';
import { aDeployment, aScenario } from '../builders.ts';
import { assertSound } from '../console/axe.ts';
import { noBrowser, startBrowser } from '../console/browser.ts';
import { aDraft } from '../package-draft.ts';
import { enrolledByTicket } from '../small-site/enrolled-by-ticket.ts';
import { spawnAs, type TestAgent, until } from '../small-site/run-agent.ts';
import { startTestServer, type TestServer } from '../start-server.ts';

/** A user of every system, without any rights. */
const user = 'nobody';
const skip = noBrowser || (process.getuid?.() !== 0 && 'only root can do things as another user');

async function managed(t: TestContext, server: TestServer): Promise<TestAgent> {
  const agent = await enrolledByTicket(t, server);
  agent.configure({ powerCommand: ['/bin/sh', '-c', `echo "$1" >> ${join(agent.root, 'power')}`, 'power'] });
  agent.start();
  await until(() => existsSync(join(agent.data.root, 'door/user.sock')));
  return agent;
}

/** The page as a user of the machine opens it. @returns the address that the agent's command has printed */
async function openPage(
  t: TestContext,
  server: TestServer,
  agent: TestAgent,
): Promise<{ page: Page; url: string; faults: string[] }> {
  const entry = new URL(import.meta.resolve('@tenkai/agent/main.ts')).pathname;
  const program = spawnAs(user, [process.execPath, entry, 'self-service'], agent.env);
  atEnd(t, () => void program.kill());
  let printed = '';
  program.stdout?.on('data', (part) => (printed += part));
  const url = await until(() => /^http:\/\/127\.0\.0\.1:\d+\/#\S+$/m.exec(printed)?.[0]);
  const ca = server.kernel.keys.rootCertificate;
  const browser = await startBrowser(t, { language: 'ja', size: { width: 320, height: 640 }, ca });
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(url);
  return { page, url, faults };
}

async function available(server: TestServer, id: string): Promise<string> {
  const draft = aDraft();
  const [program] = draft.programs;
  assert.ok(program);
  const parameters = 'mkdir -p "$TENKAI_ROOT/opt/hello"; echo 1.0 > "$TENKAI_ROOT/opt/hello/version"';
  const programs = [{ ...program, executable: null, parameters }];
  await server.call(packageRoutes.create, {
    body: { draft: { ...draft, id, programs, restartAfterInstall: false }, contentId: null },
  });
  const subject = { kind: 'program' as const, packageId: id, program: null };
  const body = aDeployment({ name: 'Text <b>editor</b>', subject, purpose: 'available' });
  return (await server.call(deploymentRoutes.create, { body })).id;
}

test('AGENT-23, AGENT-31: a user without rights installs what is available, on a page of a real agent and a real site, which names the assigned site and the components as the status does', {
  timeout: 180_000,
  skip,
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const agent = await managed(t, server);
  const id = await available(server, 'editor');
  await until(async () => {
    const { items } = await server.call(deploymentRoutes.runs, { params: { id } });
    return items.some(({ reason }) => reason?.code === 'not-requested');
  });
  const listed = await agent.commandOf(user, 'available');
  assert.match(listed.stdout, /^Text <b>editor<\/b>\n {2}available$/m, listed.stderr);

  const { page, url, faults } = await openPage(t, server, agent);
  await page.getByText('Text <b>editor</b>').waitFor();
  const { site } = JSON.parse((await agent.command('status', '--json')).stdout) as AgentStatus;
  assert.equal(site.code, 'TST');
  await page.getByText(`現在の割り当てサイト コード: ${site.code} (${site.name})`).waitFor();
  const { components } = JSON.parse((await agent.command('status', '--json')).stdout) as AgentStatus;
  const ja = texts.ja;
  const rows = components.map(({ name, version, state, reason = '' }) =>
    [`${ja.componentNames[name]} ${version}`, ja.componentStates[state], ja.componentReasons[reason]].join(
      ' ',
    ),
  );
  assert.equal(rows.length, 7);
  const list = page.getByRole('region', { name: ja.components }).getByRole('listitem');
  const shown = async () => (await list.allInnerTexts()).map((text) => text.replace(/\s+–?\s*/g, ' ').trim());
  await until(async () => JSON.stringify(await shown()) === JSON.stringify(rows.map((row) => row.trim())));
  assert.equal(new URL(page.url()).hash, '', 'the token is gone from the address');
  await assertSound(page);
  const isWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
  assert.equal(await page.evaluate(isWide), false);
  await page.getByRole('button', { name: 'インストール' }).press('Enter');
  await page.getByRole('status').filter({ hasText: '要求しました' }).waitFor();
  await page.getByText('状態: インストール済み').waitFor({ timeout: 60_000 });
  assert.deepEqual(faults, []);

  const { items } = await server.call(deploymentRoutes.runs, { params: { id } });
  const run = items.find(({ status }) => isFinal(status));
  assert.deepEqual([run?.status, run?.requestedBy], ['succeeded', user]);
  assert.equal(readFileSync(join(agent.root, 'opt/hello/version'), 'utf8'), '1.0\n');
  const audit = await server.call(listAudit, { query: { action: 'runs.requested' } });
  assert.deepEqual(
    audit.items.map(({ actorName }) => actorName),
    [user],
  );

  // The address is good once, and nothing is told without the session or under a foreign name.
  const { origin, hash } = new URL(url);
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(origin + path, init);
    return [answer.status, (await answer.json()).code];
  };
  const token = JSON.stringify({ token: hash.slice(1) });
  assert.deepEqual(await ask('/session', { method: 'POST', body: token }), [401, 'page-used']);
  assert.deepEqual(await ask('/available'), [401, 'page-used']);
  const foreign = { method: 'POST', body: '{}', headers: { origin: 'http://example.com' } };
  assert.deepEqual(await ask('/restart/now', foreign), [403, 'page-foreign']);
});

test('a user postpones the restart of a run on the page as often as the administrator lets, then restarts when it suits', {
  timeout: 180_000,
  skip,
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const agent = await managed(t, server);
  const powerLog = join(agent.root, 'power');
  const powered = () => (existsSync(powerLog) ? readFileSync(powerLog, 'utf8') : '');
  const { page, faults } = await openPage(t, server, agent);
  const ja = texts.ja;
  await page.getByText(ja.noRestart).waitFor();

  const restart = { kind: 'restart' as const, id: 'r', name: '再起動', delaySeconds: 600 };
  const scenario = await server.call(scenarioRoutes.create, { body: aScenario({ steps: [restart] }) });
  const subject = { kind: 'scenario' as const, scenarioId: scenario.id };
  const body = aDeployment({ name: '月例の更新', subject, restartPostponement: { times: 1, hours: 8 } });
  const { id } = await server.call(deploymentRoutes.create, { body });
  await page.getByText(ja.restartFor.replace('{name}', '月例の更新')).waitFor();
  await assertSound(page);
  const postpone = page.getByRole('button', { name: ja.postpone, exact: true });
  await page.getByLabel(ja.postponeBy).selectOption({ label: ja.hours.replace('{count}', '4') });
  await postpone.press('Enter');
  await page.getByText(ja.postponedBy.replace('{user}', user)).waitFor();
  await page.getByText(ja.notPostponable).waitFor();
  assert.equal(await postpone.isVisible(), false, 'once was all');
  assert.equal(powered(), '');
  await until(async () => {
    const { items } = await server.call(deploymentRoutes.runs, { params: { id } });
    return items.some(({ reason }) => reason?.code === 'restart-postponed');
  });

  page.once('dialog', (dialog) => void dialog.dismiss());
  await page.getByRole('button', { name: ja.now }).press('Enter');
  assert.equal(powered(), '', 'the question was answered with no');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: ja.now }).press('Enter');
  // There before it is written: the shell opens the file first.
  await until(() => /restart/.test(powered()));
  assert.deepEqual(faults, []);
});
