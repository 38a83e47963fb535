import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Procedure } from '../firewall/procedure.ts';
import { definitionKind, parseCvdHeader } from './cvd.ts';
import type { DefinitionKind } from './protection.ts';
import { masterRunbook, type RunbookInput } from './runbook.ts';
import { masterProfiles } from './steps.ts';
import { windowsGeneralize, windowsMayGeneralize, windowsService, windowsSiteValues } from './windows.ts';
import { windowsAsks, windowsLine } from './windows-asks.ts';

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
  candidatesFile: null,
  rootFingerprint: null,
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

test('MASTER-15, MASTER-30: the runbook gives every value of step 5 as prepare takes it', () => {
  const line = (over: Partial<RunbookInput>) =>
    /`(tenkai-agent master prepare .*)`$/m.exec(masterRunbook({ ...input, ...over }))?.[1];
  const none = { locator: null, dnsSuffix: null };
  const pin = 'ab'.repeat(32);
  assert.equal(
    line({ siteValues: none, candidatesFile: 'sites.txt', rootFingerprint: pin }),
    `tenkai-agent master prepare --candidates sites.txt --root-fingerprint ${pin} --profile workgroup`,
  );
  const both = { locator: 'mp1.example.org', dnsSuffix: 'example.org' };
  assert.equal(
    line({ siteValues: both, candidatesFile: 'sites.txt' }),
    'tenkai-agent master prepare --locator mp1.example.org --dns-suffix example.org --candidates sites.txt --profile workgroup',
  );
  assert.equal(line({ siteValues: none }), 'tenkai-agent master prepare --locator NAME --profile workgroup');
});

test('MASTER-25, MASTER-27, MASTER-29: the slot before step 7 names each kind of definitions that SCEP needs', () => {
  for (const [language, antivirus, inspection] of [
    ['en', /- \[ \] Antivirus and antispyware/, /- \[ \] Definitions of the network inspection/],
    ['ja', /- \[ \] .*ウイルス・スパイウェア定義/, /- \[ \] ネットワーク検査システム/],
  ] as const) {
    const slot = (kinds: readonly DefinitionKind[]) => {
      const book = masterRunbook({
        ...input,
        language,
        system: 'windows',
        protection: { whyNot: null, kinds },
      });
      return parts(book).at(-2) ?? '';
    };
    const both = slot(['antivirus', 'network-inspection']);
    assert.match(both, antivirus);
    assert.match(both, inspection);
    assert.doesNotMatch(slot(['antivirus']), inspection);
    const later = {
      ...input,
      language,
      system: 'windows',
      protection: { whyNot: 'protection-built-in', kinds: [] },
    } as const;
    assert.match(parts(masterRunbook(later)).at(-2) ?? '', /^## ~~/);
  }
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

test('MASTER-10, AGENT-37, MASTER-16: stopped, started by hand, then automatic and delayed on Windows, word for word', () => {
  assert.deepEqual([windowsAsks.manual('TenkaiAgent'), windowsAsks.stop('TenkaiAgent')].map(windowsLine), [
    'sc.exe config TenkaiAgent start= demand',
    'sc.exe stop TenkaiAgent',
  ]);
  assert.equal(
    windowsLine(windowsAsks.automaticDelayed('TenkaiAgent')),
    'sc.exe config TenkaiAgent start= delayed-auto',
  );
});

test('what Windows says of a service is read in any language', () => {
  const look = (query: string, values: string) =>
    play(windowsService('TenkaiAgent'), { 'sc.exe query': [query], 'reg.exe query': [values] }).result;
  const start = (type: number) => `\r\nHKEY_LOCAL_MACHINE\\X\r\n    Start    REG_DWORD    0x${type}\r\n`;
  const stopped = 'SERVICE_NAME: TenkaiAgent\n        STATE              : 1  STOPPED\n';
  const delayed = `${start(2)}    DelayedAutostart    REG_DWORD    0x1\r\n`;
  assert.deepEqual(look(stopped, start(3)), { isRunning: false, startType: 'manual' });
  assert.deepEqual(look('STATE : 4  RUNNING', delayed), { isRunning: true, startType: 'automatic-delayed' });
  assert.deepEqual(
    look('状態 : 3  STOP_PENDING', `${start(2)}    DelayedAutostart    REG_DWORD    0x0\r\n`),
    {
      isRunning: true,
      startType: 'automatic',
    },
  );
  const none = play(windowsService('X'), { 'sc.exe': [{ code: 1060 }], 'reg.exe': [{ code: 1 }] }).result;
  assert.deepEqual(none, { isRunning: false, startType: 'absent' });
});

test('MASTER-11, MASTER-12, IDENT-07, IDENT-28: certificates go with their keys, and the trusted root key, word for word', () => {
  const one = '0a'.repeat(20);
  const shell = 'powershell.exe -NoProfile -NonInteractive -Command';
  const query =
    'Get-WmiObject -Namespace root\\ccm\\locationservices -Class TrustedRootKey -ErrorAction Stop';
  assert.deepEqual(
    [
      windowsAsks.listStore('SMS'),
      windowsAsks.deleteCertificate(one, 'SMS'),
      windowsAsks.listTrust(),
      windowsAsks.deleteTrust(),
    ].map(windowsLine),
    [
      'certutil.exe -store SMS',
      `${shell} "Remove-Item -LiteralPath 'Cert:\\LocalMachine\\SMS\\${one}' -DeleteKey"`,
      `${shell} "@(${query}).Count"`,
      `${shell} "${query} | Remove-WmiObject"`,
    ],
  );
});

test('AGENT-10, AGENT-11: the values of step 5 in the registry, word for word; what was there and is not wanted goes', () => {
  const key = 'HKLM\\SOFTWARE\\Microsoft\\CCM';
  const reads = [
    `reg.exe query ${key} /v SMSSLP`,
    `reg.exe query ${key}\\LocationServices /v DnsSuffix`,
  ] as const;
  const text = (name: string) => `    ${name}    REG_SZ    old.example\r\n`;
  const set = (locator: string | null, dnsSuffix: string | null, isThere: boolean) =>
    play(windowsSiteValues({ locator, dnsSuffix }), {
      [reads[0]]: [isThere ? text('SMSSLP') : { code: 1 }],
      [reads[1]]: [isThere ? text('DnsSuffix') : { code: 1 }],
    }).lines.slice(2);
  const addLocator = `reg.exe add ${key} /v SMSSLP /t REG_SZ /d mp1.example.org /f`;
  const addSuffix = `reg.exe add ${key}\\LocationServices /v DnsSuffix /t REG_SZ /d example.org /f`;
  assert.deepEqual(set('mp1.example.org', null, false), [addLocator]);
  assert.deepEqual(set(null, 'example.org', false), [addSuffix]);
  assert.deepEqual(set('mp1.example.org', null, true), [
    addLocator,
    `reg.exe delete ${key}\\LocationServices /v DnsSuffix /f`,
  ]);
  assert.deepEqual(set(null, 'example.org', true), [`reg.exe delete ${key} /v SMSSLP /f`, addSuffix]);
});

test('MASTER-17: sysprep leaves the machine on, word for word; it is not called where it was done or Windows stands in the middle of it', () => {
  const state = (name: string, type: string, value: string) => `    ${name}    ${type}    ${value}\r\n`;
  const go = (image: string, generalization: string) =>
    play(windowsGeneralize(), {
      'reg.exe query HKLM\\SOFTWARE': [state('ImageState', 'REG_SZ', image)],
      'reg.exe query HKLM\\SYSTEM': [state('GeneralizationState', 'REG_DWORD', generalization)],
    }).lines.filter((line) => !line.startsWith('reg.exe query'));
  const cleared = ['Application', 'Security', 'Setup', 'System'].map(
    (log) => `wevtutil.exe clear-log ${log}`,
  );
  const sysprep = 'C:\\Windows\\System32\\Sysprep\\sysprep.exe /generalize /oobe /quit /quiet';
  assert.deepEqual(go('IMAGE_STATE_COMPLETE', '0x7'), [...cleared, sysprep]);
  assert.deepEqual(go('IMAGE_STATE_COMPLETE', '0x3'), cleared);
  assert.deepEqual(go('IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE', '0x4'), []);
  assert.equal(windowsLine(windowsAsks.switchOff()), 'shutdown.exe /s /f /t 0');
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
  const names = [
    'main.cvd',
    'daily.cld',
    'bytecode.cvd',
    'other.cvd',
    'daily.txt',
    'toString.cvd',
    'site-1.ndb',
    '.ndb',
  ];
  assert.deepEqual(names.map(definitionKind), [
    'clamav-main',
    'clamav-daily',
    'clamav-bytecode',
    undefined,
    undefined,
    undefined,
    'clamav-own',
    undefined,
  ]);
});
