import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { diagnosis, diagnosisParts, fault, judgePort, judgeTrust, ok } from './diagnosis.ts';
import { diagnosisLanguage, diagnosisText, diagnosisTexts, findingTexts } from './texts.ts';

const where = { address: '192.0.2.1', port: 8443 };

test('BFWL-30: how an attempt ends, and whether the host answers echo, names the part at fault', () => {
  const table: readonly [string, boolean, string, string | null][] = [
    ['open', false, 'port', null],
    ['ECONNREFUSED', true, 'port', 'doctor-port-closed'],
    ['silence', true, 'port', 'doctor-port-blocked'],
    ['silence', false, 'route', 'doctor-host-silent'],
    ['ENETUNREACH', false, 'route', 'doctor-no-route'],
    ['EHOSTUNREACH', true, 'route', 'doctor-no-route'],
    ['EPERM', true, 'port', 'doctor-port-own-firewall'],
  ];
  for (const [attempt, answers, part, code] of table) {
    const found = judgePort(where, attempt, answers);
    assert.deepEqual([found.part, found.code], [part, code], `${attempt}, echo ${answers}`);
  }
});

test('BFWL-30: another root, another name, a wrong clock and no TLS at all are told apart', () => {
  const url = 'https://site.example';
  const code = (failure: string, detail: string) => judgeTrust(url, failure, detail).code;
  assert.equal(code('site-root-mismatch', ''), 'doctor-other-root');
  assert.equal(code('site-unreachable', 'CERT_NOT_YET_VALID: certificate is not yet valid'), 'doctor-clock');
  assert.equal(code('site-unreachable', 'ERR_TLS_CERT_ALTNAME_INVALID: altnames'), 'doctor-other-name');
  assert.equal(code('site-unreachable', 'EPROTO: wrong version number'), 'doctor-no-tls');
});

test('BFWL-26: a blocked port is named with its number and the way out, in both languages', () => {
  const found = diagnosis('agent', 'https://site.example:8443', [
    ok('name'),
    judgePort(where, 'silence', true),
  ]);
  assert.deepEqual(
    found.findings.map(({ part }) => part),
    [...diagnosisParts],
  );
  const english = diagnosisText(found, 'en');
  assert.match(english, /FAULT {2}TCP port {2}A firewall swallows TCP port 8443 on the way to 192\.0\.2\.1/);
  assert.match(english, /\n {4}Open TCP 8443 on the server \(tenkai firewall open\)/);
  assert.match(diagnosisText(found, 'ja'), /異常 {2}TCP ポート .*TCP ポート 8443 を遮断/);
  assert.deepEqual(findingTexts(fault('port', 'doctor-of-next-year'), 'en').message, 'doctor-of-next-year');
});

test('every finding that the code can name has its sentences, and every sentence its parameters in both', async () => {
  const packages = join(import.meta.dirname, '../../..');
  const places = ['domain/src/diagnosis', 'agent/src/doctor', 'server/src/features/machines/page'];
  const named = new Set<string>();
  for (const place of places)
    for (const file of await readdir(join(packages, place)))
      if (file.endsWith('.ts') && !file.endsWith('.test.ts') && !['texts.ts', 'failures.ts'].includes(file))
        for (const [code] of (await readFile(join(packages, place, file), 'utf8')).matchAll(
          /doctor-[a-z-]+/g,
        ))
          named.add(code);
  named.delete('doctor-found-faults');
  assert.deepEqual([...named].sort(), Object.keys(diagnosisTexts).sort());
  const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
  for (const [code, { message, remedy }] of Object.entries(diagnosisTexts))
    for (const text of [message, remedy])
      assert.deepEqual(placeholders(text.ja), placeholders(text.en), code);
});

test('the language of a terminal', () => {
  assert.equal(diagnosisLanguage({ LANG: 'ja_JP.UTF-8' }), 'ja');
  assert.equal(diagnosisLanguage({ LANG: 'ja_JP.UTF-8', LC_ALL: 'C' }), 'en');
  assert.equal(diagnosisLanguage({}), 'en');
});
