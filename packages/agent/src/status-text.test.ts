/** What people read of `tenkai-agent status`, in both languages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textWidth } from '@tenkai/domain/text-width.ts';
import { agentComponents } from './components.ts';
import type { AgentStatus } from './status.ts';
import { statusText } from './status-text.ts';

const properties = {
  siteCode: 'TK1',
  managementPoint: 'https://mp.example',
  locator: 'https://locator.example',
  dnsSuffix: 'example',
  fallbackStatusPoint: 'https://fsp.example',
  patch: 'TK1001',
};

/** A machine whose service runs, and that has found no site. */
const lost: AgentStatus = {
  general: {
    ...{ version: '1.2.3', serviceVersion: '1.2.3', machineId: null, isRunning: true, isConnected: false },
    ...{ trouble: 'There is no site. Look.', troubleCode: 'assignment-none', troubleParams: { why: 'w' } },
    ...{ activeRuns: [], pendingRuns: ['r-1', 'r-2'] },
  },
  components: agentComponents({
    ...{ isAssigned: false, isRunning: true, isConnected: false },
    power: { restart: true, shutDown: true },
  }),
  actions: [
    { name: 'check-in', command: 'tenkai-agent check-in', lastAt: null },
    { name: 'inventory', command: 'tenkai-agent inventory', lastAt: '2026-01-05T00:00:00.000Z' },
  ],
  site: {
    ...{ code: null, name: null, server: null, rootFingerprint: null, isAssigned: false, foundBy: null },
    ...{ isHeld: true, properties },
    search: {
      at: 1,
      steps: [
        {
          source: 'dns',
          verdict: 'nothing',
          reason: { code: 'dns-no-record', params: { name: '_tenkai._tcp.example' } },
          ...{ input: '', candidates: [] },
        },
      ],
      assignment: null,
    },
  },
};
const found: AgentStatus = {
  ...lost,
  general: { ...lost.general, machineId: 'm-1', trouble: '', troubleCode: null, pendingRuns: ['r-1'] },
  site: { ...lost.site, server: 'https://s', isAssigned: true, foundBy: 'boundary', isHeld: false },
};

/** Name and value of each row. */
const rowsOf = (text: string) =>
  text.split('\n').flatMap((line) => {
    const [, name, value] = /^ {2}(\S.*?) {2,}(\S.*)$/.exec(line) ?? [];
    return name && value ? [[name, value] as const] : [];
  });

test('the labels and states of status are in the language of the reader; commands and values are as they are', () => {
  const english = rowsOf(statusText(lost, 'en'));
  const japanese = rowsOf(statusText(lost, 'ja'));
  assert.equal(japanese.length, english.length);
  assert.deepEqual(
    english.slice(0, 6).map(([name, value]) => `${name}: ${value}`),
    [
      'version: 1.2.3',
      'machine: not enrolled',
      'service: running',
      'connected: no',
      'runs: none',
      'pending: 2 runs at the next start',
    ],
  );
  const values = new Set(['-', ...Object.values(properties), '1.2.3']);
  for (const [index, [name, value]] of japanese.entries()) {
    const isCommand = name.startsWith('tenkai-agent ');
    assert.ok(isCommand || /[\u3040-\u30ff\u4e00-\u9fff]/.test(name), name);
    assert.equal(isCommand, name === english[index]?.[0], name);
    assert.ok(values.has(value) || /[\u3040-\u30ff\u4e00-\u9fff]/.test(value), `${name} ${value}`);
  }
  const text = statusText(lost, 'ja');
  assert.match(text, /^ {2}通知 +無効 \(サイトに割り当てられていません\)$/m);
  assert.match(text, /^ {2}次回起動待ち +2 件$/m);
  assert.match(text, /^ {2}サイトがない理由 +DNS: レコード _tenkai\._tcp\.example がありません$/m);
  assert.match(statusText(found, 'ja'), /^ {2}検出元 +境界$/m);
  assert.match(statusText(found, 'en'), /^ {2}found by {16}boundary$/m);
});

test('a source that only a later agent knows is told as it is named', () => {
  const later = { ...found, site: { ...found.site, foundBy: 'beacon' } };
  assert.match(statusText(later, 'ja'), /^ {2}検出元 +beacon$/m);
});

test('values stand below each other, also where names take two columns a character', () => {
  for (const language of ['en', 'ja'] as const) {
    const text = statusText(lost, language);
    const starts = rowsOf(text).map(([name, value]) => {
      const line = text.split('\n').find((one) => one.startsWith(`  ${name} `) && one.endsWith(value)) ?? '';
      return textWidth(line) - textWidth(value);
    });
    assert.equal(new Set(starts).size, 1, `${language}: ${starts}`);
  }
});
