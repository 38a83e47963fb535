import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Procedure } from '../firewall/procedure.ts';
import { cvdKind, parseCvdHeader } from './cvd.ts';
import { masterRunbook, type RunbookInput } from './runbook.ts';
import { masterProfiles } from './steps.ts';
import {
  windowsAsks,
  windowsDeleteCertificates,
  windowsDeleteTrust,
  windowsLine,
  windowsMayGeneralize,
  windowsService,
  windowsServiceManual,
  windowsSiteValues,
  windowsStartType,
} from './windows.ts';

const input: RunbookInput = {
  language: 'en',
  system: 'linux',
  mode: 'first-capture',
  profile: 'workgroup',
  hasMetSite: true,
  protection: { whyNot: 'no-engine', kinds: [] },
  agentVersion: '0.1.0',
  architecture: 'amd64',
  siteValues: { locator: 'mp1.example.org', dnsSuffix: null },
  warnings: [],
  service: 'TenkaiAgent',
};

/** Its parts by heading. */
const parts = (text: string) => text.split(/^(?=## )/m);

test('MASTER-30: the runbooks of the three profiles differ exactly in step 5, which is struck out where it is not needed', () => {
  for (const language of ['en', 'ja'] as const) {
    for (const system of ['linux', 'windows'] as const) {
      const books = masterProfiles.map((profile) =>
        parts(masterRunbook({ ...input, language, system, profile })),
      );
      const heading = language === 'en' ? /^## (~~)?Step 5/ : /^## (~~)?手順 5/;
      const [first = []] = books;
      for (const [index, part] of first.entries()) {
        const same = new Set(books.map((book) => book[index]));
        assert.equal(same.size, heading.test(part) ? 3 : 1, part);
      }
      const five = books.map((book) => book.find((part) => heading.test(part)) ?? '');
      assert.deepEqual(
        five.map((part) => part.startsWith('## ~~')),
        [true, false, false],
      );
      assert.ok(five[2]?.includes('mp1.example.org'), 'the values are filled in');
      assert.ok(
        books.flat().every((part) => !/\{\w+\}/.test(part)),
        'no place is left open',
      );
    }
  }
});

test('MASTER-02, MASTER-04: the runbook names the agent for which it was made, its procedure and origin', () => {
  const text = masterRunbook({ ...input, agentVersion: '7.8.9' });
  assert.match(text, /Procedure 1: .*support desk/);
  assert.match(text, /agent 7\.8\.9 on Linux/);
  assert.ok(text.includes('tenkai-agent_7.8.9_amd64.deb'));
});

test('MASTER-12: the runbook strikes step 4 out where the machine never met a site', () => {
  assert.ok(masterRunbook({ ...input, hasMetSite: false }).includes('## ~~Step 4'));
  assert.ok(masterRunbook(input).includes('## Step 4'));
});

/** Plays a procedure on a recording: answers by how the line begins, the last one again where they run out. */
function play<T>(procedure: Procedure<T>, recording: Record<string, (Partial<Answer> | string)[]> = {}) {
  const lines: string[] = [];
  let step = procedure.next();
  while (!step.done) {
    const line = windowsLine(step.value);
    lines.push(line);
    const [, answers = []] = Object.entries(recording).find(([start]) => line.startsWith(start)) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    const said = typeof answer === 'string' ? { stdout: answer } : answer;
    step = procedure.next({ code: 0, stdout: '', stderr: '', ...said });
  }
  return { lines, result: step.value };
}

test('MASTER-10: stopped and started by hand on Windows, word for word', () => {
  assert.deepEqual(play(windowsServiceManual('TenkaiAgent')).lines, [
    'sc.exe config TenkaiAgent start= demand',
    'sc.exe stop TenkaiAgent',
  ]);
});

test('AGENT-37, MASTER-16: automatic and delayed on Windows, without a start', () => {
  assert.deepEqual(play(windowsStartType('TenkaiAgent')).lines, [
    'sc.exe config TenkaiAgent start= delayed-auto',
  ]);
});

test('what sc.exe says of a service is read in any language', () => {
  const state = (text: string) =>
    `SERVICE_NAME: TenkaiAgent\n        TYPE               : 10  WIN32_OWN_PROCESS\n        ${text}\n`;
  const look = (query: string, start: string) =>
    play(windowsService('TenkaiAgent'), { 'sc.exe query': [state(query)], 'sc.exe qc': [state(start)] })
      .result;
  const stopped = 'STATE              : 1  STOPPED';
  assert.deepEqual(look(stopped, 'START_TYPE         : 3   DEMAND_START'), {
    isRunning: false,
    startType: 'manual',
  });
  assert.deepEqual(look('STATE : 4  RUNNING', 'START_TYPE : 2   AUTO_START  (DELAYED)'), {
    isRunning: true,
    startType: 'automatic-delayed',
  });
  assert.deepEqual(look('状態 : 3  STOP_PENDING', '開始の種類 : 2   AUTO_START'), {
    isRunning: true,
    startType: 'automatic',
  });
  const none = play(windowsService('X'), { 'sc.exe': [{ code: 1060 }] }).result;
  assert.deepEqual(none, { isRunning: false, startType: 'absent' });
});

test('MASTER-11, IDENT-07: each certificate of both stores is deleted with its key', () => {
  const [one, two] = ['0a'.repeat(20), 'ff'.repeat(20)];
  const { lines, result } = play(windowsDeleteCertificates(), {
    'certutil.exe -store Tenkai': [
      `================ 0 ================\nSerial Number: 0102\nCert Hash(sha1): ${one}\n`,
    ],
    'certutil.exe -store SMS': [`証明書ハッシュ(sha1): ${'ff '.repeat(20).trim()}\r\n`],
  });
  assert.deepEqual(result, [one, two]);
  const remove = (store: string, thumbprint: string) =>
    `powershell.exe -NoProfile -NonInteractive -Command "Remove-Item -LiteralPath 'Cert:\\LocalMachine\\${store}\\${thumbprint}' -DeleteKey"`;
  assert.deepEqual(lines, [
    'certutil.exe -store Tenkai',
    remove('Tenkai', one),
    'certutil.exe -store SMS',
    remove('SMS', two),
  ]);
});

test('MASTER-12, IDENT-27, IDENT-28: the trusted root key of the old product is deleted where the machine met a site', () => {
  const query =
    'Get-WmiObject -Namespace root\\ccm\\locationservices -Class TrustedRootKey -ErrorAction Stop';
  const count = `powershell.exe -NoProfile -NonInteractive -Command @(${query}).Count`;
  const quoted = `powershell.exe -NoProfile -NonInteractive -Command "@(${query}).Count"`;
  assert.equal(windowsLine(windowsAsks.listTrust()), quoted, count);
  const met = play(windowsDeleteTrust(), { [quoted]: ['1\r\n', '0\r\n'] });
  assert.deepEqual([met.result, met.lines.length], [0, 3]);
  assert.equal(
    met.lines[1],
    `powershell.exe -NoProfile -NonInteractive -Command "${query} | Remove-WmiObject"`,
  );
  const never = play(windowsDeleteTrust(), { [quoted]: [{ code: 1 }] });
  assert.deepEqual([never.result, never.lines], [null, [quoted]]);
});

test('AGENT-10, AGENT-11: the values of step 5 in the registry, word for word', () => {
  const key = 'HKLM\\SOFTWARE\\Microsoft\\CCM';
  assert.deepEqual(play(windowsSiteValues({ locator: 'mp1.example.org', dnsSuffix: null })).lines, [
    `reg.exe add ${key} /v SMSSLP /t REG_SZ /d mp1.example.org /f`,
  ]);
  assert.deepEqual(play(windowsSiteValues({ locator: null, dnsSuffix: 'example.org' })).lines, [
    `reg.exe add ${key}\\LocationServices /v DnsSuffix /t REG_SZ /d example.org /f`,
  ]);
});

test('MASTER-17: sysprep, word for word', () => {
  assert.equal(
    windowsLine(windowsAsks.sysprep()),
    'C:\\Windows\\System32\\Sysprep\\sysprep.exe /generalize /oobe /shutdown /quiet',
  );
});

test('MASTER-03: Windows may be generalized anew once it has come up again', () => {
  const say = (value: string) => `    GeneralizationState    REG_DWORD    0x${value}\r\n`;
  const ask = (answer: Partial<Answer> | string) =>
    play(windowsMayGeneralize(), { 'reg.exe query': [answer] }).result;
  assert.deepEqual(
    [ask(say('7')), ask(say('3')), ask(say('4')), ask({ code: 1 })],
    [true, false, false, null],
  );
});

test('MASTER-28: kind, version and date of a ClamAV database are read from its header', () => {
  const text = `ClamAV-VDB:21 Mar 2024 10-35 -0400:27220:2053712:90:${'0A'.repeat(16)}:c2ln:raynman:1711031700`;
  assert.deepEqual(parseCvdHeader(text.padEnd(512)), {
    version: '27220',
    builtAt: Date.UTC(2024, 2, 21, 14, 35),
    signatures: 2053712,
    md5: '0a'.repeat(16),
    signature: 'c2ln',
    builder: 'raynman',
  });
  for (const bad of [
    text,
    text.replace('VDB', 'XDB').padEnd(512),
    text.replace('27220', 'x').padEnd(512),
    text.replace('0A0A', 'zz').padEnd(512),
    '',
  ])
    assert.equal(parseCvdHeader(bad), undefined);
  const names = ['main.cvd', 'daily.cld', 'bytecode.cvd', 'other.cvd', 'daily.txt', 'toString.cvd'];
  assert.deepEqual(names.map(cvdKind), [
    'clamav-main',
    'clamav-daily',
    'clamav-bytecode',
    undefined,
    undefined,
    undefined,
  ]);
});
